// The account that a command names, or a refusal that says how to find the right name.

import { ImportsError } from '../../errors';
import type { Account } from '../../ports';
import { suggestName } from '../../domain/file/suggest-name';
import type { Services } from '../deps';
import { escapeText } from '../text/escape-text';

export async function requireAccount({ accounts }: Pick<Services, 'accounts'>, userName: string): Promise<Account> {
  const account = await accounts.find(userName);
  if (account !== undefined) return account;
  const near = suggestName(
    userName,
    (await accounts.list()).map((known) => known.userName),
  );
  const guess = near === undefined ? '' : `; did you mean ${near}?`;
  throw new ImportsError('NOT_FOUND', `There is no account ${escapeText(userName)}${guess}\nSee all with: imports account list`);
}
