// Users of a client: `imports find` looks for them by whatever somebody knows of them; `imports user` says which imports touched one, from
// which line, and what each changed; `imports users repair` gives them the uniqueness keys that their own values say. An import does that before it
// takes its first e-mail or user name; the command is for an application that was just connected, or to see who shares a value.

import type { Command } from 'commander';
import type { User, SharedValue } from '../../domain/user';
import { grouped } from '../../domain/report/wording';
import { notFound, wrongUse } from '../../errors';
import { requireClient } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import { escapeText } from '../text/escape-text';
import type { Printer } from '../text/print';
import { userIdOf, uniqueIdOf } from '../../domain/ids';
import { userHistory, type FieldChange, type UserEvent } from '../../domain/decide/user-history';
import { record } from '../record';

/** As many as a person looks through. */
const SHOWN = 50;

export function addFindCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'find <client> <text>',
    summary: 'users by unique id, e-mail, user name or name',
    details: `The beginning of a unique id, e-mail or user name is enough; of a name, any part. Shows at most ${SHOWN} users. Names have no index, so among millions of users the search for one ends after 10 seconds.`,
    examples: ['imports find acme ann@acme.example', 'imports find acme "ann lee" --json'],
  }).action(async (id: string, typed: string) => {
    const text = typed.trim();
    if (text === '') throw wrongUse('Say who to look for: a unique id, an e-mail, a user name or a name');
    const services = await deps.open();
    const { clientId } = await requireClient(services, id);
    const { users, isWhole } = await services.users.search(clientId, text, SHOWN);
    if (users.length === 0) {
      throw notFound(
        `No user of ${clientId} matches ${escapeText(text)}${isWhole ? '' : ' among those searched'}.\nUpper and lower case count in unique ids and user names. See which files came: imports list --client ${clientId}`,
      );
    }
    await print.show(users.map(foundItem), () =>
      [
        foundTable(users, print),
        ...(isWhole ? [] : ['There may be more. Narrow the search, e.g. with the whole e-mail.']),
        print.prose(`Which imports touched one of them:\nimports user ${clientId} UNIQUE_ID`),
      ].join('\n\n'),
    );
  });
}

function foundItem({ uniqueId, status, values, imported }: User) {
  const { firstName = null, lastName = null, email = null, userName = null } = values;
  return { uniqueId, status, firstName, lastName, email, userName, importId: imported?.importId ?? null };
}

function foundTable(users: readonly User[], print: Printer): string {
  return print.table(users, [
    { head: 'UNIQUE ID', cell: ({ uniqueId }) => uniqueId },
    { head: 'NAME', narrow: 'cut', cell: ({ values: { firstName = '', lastName = '' } }) => `${firstName} ${lastName}`.trim() },
    { head: 'E-MAIL', cell: ({ values }) => values.email ?? '' },
    { head: 'USER NAME', dropOrder: 2, cell: ({ values }) => values.userName ?? '' },
    { head: 'STATUS', cell: ({ status }) => status },
    { head: 'LAST IMPORT', dropOrder: 1, cell: ({ imported }) => imported?.importId ?? '' },
  ]);
}

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
        events.length === 0 ? 'No import has touched this user, or what it did was removed or has expired.' : historyTable(events, print),
      ].join('\n\n'),
    );
  });
}

function historyTable(events: readonly UserEvent[], print: Printer): string {
  return print.table(events, [
    { head: 'WHEN', cell: ({ at }) => (at === null ? '' : print.shortTime(at)) },
    { head: 'IMPORT', cell: ({ importId }) => importId },
    { head: 'LINE', align: 'right', cell: ({ line }) => line ?? '' },
    { head: 'USER WAS', cell: ({ did }) => DID[did] },
    { head: 'FIELD: OLD -> NEW', narrow: 'wrap', cell: ({ fields }) => (fields === null ? 'values no longer known' : fields.map(textOf)) },
  ]);
}

function textOf({ field, old, new: value }: FieldChange): string {
  return old === null ? `${field}: ${value}` : `${field}: ${old} -> ${value ?? '(none)'}`;
}

/** As many are named as a person reads; how many there are is always told. */
const NAMED = 1_000;

export function addUsersRepairCommand(users: Command, { deps, print }: Session): void {
  defineCommand(users, {
    usage: 'repair <client>',
    summary: 'make e-mails and user names written by the application unique',
    details:
      'Gives every user the keys described in docs/integration.md, and names the users who share an e-mail or a user name: only one of ' +
      'them can have the key. Safe to repeat and to interrupt. An import does the same before it takes an e-mail or a user name.',
    examples: ['imports users repair acme', 'imports users repair acme --json'],
  }).action(async (text: string) => {
    const services = await deps.open();
    const { clientId } = await requireClient(services, text);
    await record(deps, services, { action: 'users repair', clientId, subject: clientId });
    let mended = 0;
    let sharing = 0;
    const shared: ReturnType<typeof sharedItem>[] = [];
    for await (const step of services.users.repairKeys(clientId)) {
      mended += step.mended;
      sharing += step.shared.length;
      shared.push(...step.shared.slice(0, NAMED - shared.length).map(sharedItem));
    }
    await print.show({ clientId, mended, sharing, shared }, () => {
      const done = mended === 0 ? `Every key of ${clientId} is as it should be.` : `${grouped(mended)} keys of ${clientId} were mended.`;
      if (sharing === 0) return done;
      const table = print.table(shared, [
        { head: 'USER', cell: ({ uniqueId }) => uniqueId },
        { head: 'FIELD', cell: ({ field }) => field },
        { head: 'SAME AS', cell: ({ heldBy }) => heldBy },
      ]);
      const more = sharing > shared.length ? `\n… and ${grouped(sharing - shared.length)} more.` : '';
      return `${done}\n\n${table}${more}\n\nThese share a value with another user. Correct one of each two in the application, then run it again.`;
    });
  });
}

function sharedItem({ userId, field, heldBy }: SharedValue) {
  return { uniqueId: uniqueIdOf(userId), field, heldBy: uniqueIdOf(heldBy) };
}
