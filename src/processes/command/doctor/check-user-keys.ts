// Users that the application wrote without the keys that keep e-mails and user names unique, or with keys of former values.

import type { Client } from '../../../domain/client';
import type { UserStore } from '../../../ports';
import { counted, PATIENCE_MS, waiting, well, type Finding } from './finding';

/** Looks no longer than a check may take: a client with millions of users is looked at in part. */
export async function checkUserKeys(
  users: Pick<UserStore, 'countOddKeys'>,
  clients: readonly Pick<Client, 'clientId'>[],
  now: () => number = Date.now,
): Promise<Finding> {
  const until = now() + PATIENCE_MS;
  const odd: { readonly clientId: string; readonly users: number }[] = [];
  let isWhole = true;
  for (const { clientId } of clients) {
    let found = 0;
    for await (const some of users.countOddKeys(clientId)) {
      found += some;
      if (now() > until) {
        isWhole = false;
        break;
      }
    }
    if (found > 0) odd.push({ clientId, users: found });
    if (!isWhole) break;
  }
  const part = isWhole ? '' : ' (not all checked)';
  const [first] = odd;
  if (first === undefined) return well(`all as they should be${part}`);
  const detail = odd.slice(0, 5).map((one) => `${counted(one.users, 'user')} of ${one.clientId}`);
  return waiting(
    `not what the user's own e-mail or user name says: ${detail.join(', ')}${part}`,
    `The next import mends them; sooner, and to see who shares a value: imports users repair ${first.clientId}`,
  );
}
