// `imports demo`: the whole story on sample files.

import type { Command } from 'commander';
import { defineCommand, type Session } from '../define-command';

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
