// Every index and why it is worth what it costs. Users get few: each one slows every import. Built by an explicit step, never on connect.

import type { mongo } from 'mongoose';
import type { Models } from './models';

export const INDEXES: { readonly [C in keyof Models]?: readonly mongo.IndexDescription[] } = {
  users: [
    // One user per e-mail and client, whoever writes; finds the holder. Sparse, because many users have none.
    { key: { emailKey: 1 }, unique: true, sparse: true },
    // The same for user names.
    { key: { userNameKey: 1 }, unique: true, sparse: true },
    // Counts the active users of a client, for the hold rule.
    { key: { clientId: 1, status: 1 } },
  ],
  // Tells which imports touched a user.
  userChanges: [{ key: { userId: 1 } }],
  // Finds the permits of archived users.
  permits: [{ key: { holder: 1 } }],
  imports: [
    // Lists the imports of a client; finds its previous and its newer ones.
    { key: { clientId: 1, seq: -1 } },
    // Finds the open imports of a client, at every scan.
    { key: { clientId: 1, state: 1, seq: 1 } },
    // Recognises the same bytes.
    { key: { clientId: 1, sha256: 1, seq: -1 } },
    // Lists the imports of all clients ...
    { key: { receivedAt: -1 } },
    // ... and those of them that failed or are held.
    { key: { state: 1, receivedAt: -1 } },
    // Finds what is old enough to expire, every night.
    { key: { expiredAt: 1, finishedAt: 1 } },
  ],
  // Lists the logins of a client.
  accounts: [{ key: { clientId: 1 } }],
};

/** Safe to repeat. */
export async function createIndexes(models: Models): Promise<void> {
  for (const [name, indexes] of Object.entries(INDEXES)) {
    await models[name as keyof Models].collection.createIndexes([...indexes]);
  }
}
