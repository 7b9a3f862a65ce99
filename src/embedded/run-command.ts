// A program that does one thing and ends.

import { execFile } from 'node:child_process';

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal;
}

/** Resolves with its standard output. Rejects with the last lines it said. */
export function runCommand({ command, args, ...options }: Command): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-5).join(' / ').slice(-800);
      reject(new Error(`${command} ${args[0] ?? ''} failed${said === '' ? '' : `: ${said}`}`, { cause: error }));
    });
  });
}

/** The first line that the program says about its version; undefined when it is not on PATH. */
export async function versionOnPath(command: string, env: Command['env']): Promise<string | undefined> {
  return runCommand({ command, args: ['--version'], env }).then(
    (said) => said.trim().split('\n')[0] ?? '',
    () => undefined,
  );
}
