// How every command introduces itself: one line in the list, its page of help with examples, and where to look after wrong use.

import type { Command } from 'commander';
import type { CliDeps } from './deps';
import type { Printer } from './text/print';

/** What a command works with. */
export interface Session {
  readonly deps: CliDeps;
  readonly print: Printer;
}

interface CommandIntroduction {
  /** With its arguments, e.g. `show <id>`. */
  readonly usage: string;
  readonly summary: string;
  /** What the summary has no room for. */
  readonly details?: string;
  /** A long one goes on behind `\\` on its next line. */
  readonly examples?: readonly string[];
}

export function defineCommand(parent: Command, { usage, summary, details, examples = [] }: CommandIntroduction): Command {
  const command = parent.command(usage).summary(summary);
  const sentence = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`;
  command.description(details === undefined ? sentence : `${sentence} ${details}`);
  if (examples.length > 0) {
    const heading = examples.length === 1 ? 'Example:' : 'Examples:';
    command.addHelpText('after', ['', heading, ...examples.map((example) => `  $ ${example.replaceAll('\n', '\n      ')}`)].join('\n'));
  }
  return sayWhereToLook(command);
}

/** After wrong use, the page of help of the very command. */
export function sayWhereToLook(command: Command): Command {
  return command.exitOverride((error) => {
    if (error.exitCode !== 0) error.message += `\nHow it is used: ${pathOf(command)} --help`;
    throw error;
  });
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}
