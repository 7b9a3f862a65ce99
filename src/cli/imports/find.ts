// `imports find`: users of a client, by whatever of them somebody knows.

import type { Command } from 'commander';
import type { User } from '../../domain/user';
import { notFound, wrongUse } from '../../errors';
import { requireClient } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import { escapeText } from '../text/escape-text';
import type { Printer } from '../text/print';

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
        tableOf(users, print),
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

function tableOf(users: readonly User[], print: Printer): string {
  return print.table(
    [
      { head: 'UNIQUE ID' },
      { head: 'NAME', narrow: 'cut' },
      { head: 'E-MAIL' },
      { head: 'USER NAME', dropOrder: 2 },
      { head: 'STATUS' },
      { head: 'LAST IMPORT', dropOrder: 1 },
    ],
    users.map(({ uniqueId, status, values: { firstName = '', lastName = '', email = '', userName = '' }, imported }) => [
      uniqueId,
      `${firstName} ${lastName}`.trim(),
      email,
      userName,
      status,
      imported?.importId ?? '',
    ]),
  );
}
