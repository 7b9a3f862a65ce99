// `imports client show`.

import type { Command } from 'commander';
import { clientText } from './client-text';
import { defineCommand, type Session } from '../define-command';
import { requireClient } from './require-client';

export function addClientShowCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, { usage: 'show <id>', summary: 'a client and its settings', examples: ['imports client show acme'] }).action(
    async (id: string) => {
      const client = await requireClient(await deps.open(), id);
      await print.show(client, () => clientText(client, print));
    },
  );
}
