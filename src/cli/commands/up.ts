// `imports up` and `imports demo`: everything on this machine, to stay or for the whole story on sample files.

import type { Command } from 'commander';
import { defineCommand, type Session } from '../define-command';

export function addUpCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'up',
    summary: 'run everything on this machine',
    details:
      'SFTP server and worker, with embedded MongoDB, Temporal and mail catcher if the environment names none. Ends cleanly on Ctrl-C or SIGTERM. ' +
      'The addresses in use are written to run/endpoints.json in the data directory, where all other commands find them.',
    examples: ['imports up', 'IMPORTS_SFTP_PORT=0 IMPORTS_DATA_DIR=/tmp/try imports up'],
  }).action(() => deps.runUp({ json: print.json }));
}

export function addDemoCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'demo',
    summary: 'the whole story on sample files',
    details:
      'Starts everything on this machine, uploads sample files over SFTP, shows users, permits and e-mail, checks the results and ends.',
    examples: ['imports demo', 'imports demo --keep'],
  })
    .option('--keep', 'stay up for a look around')
    .action((options: { readonly keep?: true }) => deps.runDemo({ json: print.json, keep: options.keep === true }));
}
