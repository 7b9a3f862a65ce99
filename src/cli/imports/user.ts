// `imports user`: which imports touched a user, from which line, and what each changed.

import type { Command } from 'commander';
import { userIdOf } from '../../domain/ids';
import { userHistory, type FieldChange, type UserEvent } from '../../domain/decide/user-history';
import { notFound } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { escapeText } from '../text/escape-text';
import type { Printer } from '../text/print';
import { requireClient } from '../clients/require-client';

const DID: Readonly<Record<UserEvent['did'], string>> = {
  create: 'created',
  update: 'updated',
  archive: 'archived',
  reactivate: 'reactivated',
  undo: 'undone',
};

export function addUserCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'user <client> <id>',
    summary: 'which imports touched a user, and what each changed',
    details:
      'ID is the unique id of the files. Newest last. Replaced values are kept for a limited time, or until the person is erased; changes are then shown without them.',
    examples: ['imports user acme 1042', 'imports user acme 1042 --json'],
  }).action(async (client: string, uniqueId: string) => {
    const services = await deps.open();
    const { clientId } = await requireClient(services, client);
    const found = await services.users.history(userIdOf(clientId, uniqueId));
    if (found === undefined) {
      throw notFound(
        `Client ${clientId} has no user with the unique id ${escapeText(uniqueId)}\nUnique ids are compared as they are: upper and lower case, and leading zeros, count.`,
      );
    }
    const events = userHistory(found.user, found.changes);
    const { status, rev } = found.user;
    await print.show({ clientId, uniqueId, status, rev, events }, () =>
      [
        print.facts([
          ['User', uniqueId],
          ['Client', clientId],
          ['Status', status],
        ]),
        events.length === 0 ? 'No import has touched this user, or what it did was removed or has expired.' : tableOf(events, print),
      ].join('\n\n'),
    );
  });
}

function tableOf(events: readonly UserEvent[], print: Printer): string {
  return print.table(
    [
      { head: 'WHEN' },
      { head: 'IMPORT' },
      { head: 'LINE', align: 'right' },
      { head: 'USER WAS' },
      { head: 'FIELD: OLD -> NEW', narrow: 'wrap' },
    ],
    events.map(({ at, importId, line, did, fields }) => [
      at === null ? '' : print.shortTime(at),
      importId,
      line === null ? '' : line,
      DID[did],
      fields === null ? 'values removed or expired' : fields.map(textOf),
    ]),
  );
}

function textOf({ field, old, new: value }: FieldChange): string {
  return old === null ? `${field}: ${value}` : `${field}: ${old} -> ${value ?? '(none)'}`;
}
