// `imports up`: everything on this machine.

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
