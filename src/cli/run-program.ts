// One command from its arguments to its exit code. Never ends the process itself: output may still be on its way.

import { CommanderError } from 'commander';
import { describeError, type ExitCode } from './text/describe-error';
import type { CliDeps } from './deps';
import { escapeJson, escapeLines } from './text/escape-text';
import { layOutProse } from './text/lay-out';
import { buildProgram } from './program';

/** `args` as typed, without the program's own name. Whatever was opened is closed again. */
export async function runProgram(deps: CliDeps, args: readonly string[]): Promise<ExitCode> {
  // A reader that has seen enough (`imports list | head`) closes the pipe, and we may hear of it when all is done. Without a listener that
  // would end us with a stack trace.
  if (!deps.stdout.listeners('error').includes(ignore)) deps.stdout.on('error', ignore);
  const program = buildProgram(deps);
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (isClosedPipe(error)) return 0;
    const { exitCode, code, message } = describeError(error);
    // Help that stands for an answer has been printed already: `imports client` without a verb.
    if (error instanceof CommanderError && error.code === 'commander.help') return exitCode;
    const { json } = program.opts<{ json?: true }>();
    const { isTTY, columns } = deps.stderr;
    const text = () => layOutProse(`error: ${escapeLines(message)}`, isTTY === true ? columns : undefined);
    deps.stderr.write(`${json ? escapeJson(JSON.stringify({ error: { code, message } })) : text()}\n`);
    return exitCode;
  } finally {
    await deps.close();
  }
}

function ignore(): void {}

function isClosedPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}
