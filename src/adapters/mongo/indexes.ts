// Every index and why it is worth what it costs. Users get few: each one slows every import. Built by an explicit step, never on connect.

import { type Collection, type Connection, mongo } from 'mongoose';
import { misconfigured } from '../../errors';
import type { Models } from './models';

export const INDEXES: { readonly [C in keyof Models]?: readonly mongo.IndexDescription[] } = {
  users: [
    // One user per e-mail and client, whichever program writes; finds the holder. Sparse, because many users have none.
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
    // Finds the imports of a client that wait for a turn, at every turn.
    { key: { clientId: 1, state: 1, seq: 1 } },
    // Recognises the same bytes.
    { key: { clientId: 1, sha256: 1, seq: -1 } },
    // Lists the imports of all clients ...
    { key: { receivedAt: -1 } },
    // ... and those of them that failed or are held.
    { key: { state: 1, receivedAt: -1 } },
    // Finds those whose e-mail could not be sent.
    { key: { report: 1, receivedAt: -1 } },
    // Finds what is old enough to expire, every night.
    { key: { expiredAt: 1, finishedAt: 1 } },
  ],
  // Finds undos that wait for a turn or are at work.
  undos: [{ key: { finishedAt: 1, clientId: 1 } }],
  outbox: [
    // Finds events for webhooks that were given up. Sparse, because hardly any is.
    { key: { givenUpAt: 1 }, sparse: true },
    // Finds those that nobody tries any more.
    { key: { state: 1, at: 1 } },
  ],
  // Lists the logins of a client.
  accounts: [{ key: { clientId: 1 } }],
};

const CONFLICTS: ReadonlySet<unknown> = new Set([85, 86]);
const DUPLICATES = 11_000;
const FORBIDDEN = 13;
const NO_SUCH_COLLECTION = 26;

/** Safe to repeat. Throws CONFIG, with what to do, when the database already has something that keeps an index out. */
export async function createIndexes(connection: Connection): Promise<void> {
  for (const [name, indexes] of Object.entries(INDEXES)) {
    const collection = connection.collection(name);
    const present = await presentIn(collection);
    for (const index of indexes) {
      if (present.some((one) => serves(one, index))) continue;
      // On a large collection it takes as long as it takes: a time limit would end the worker, again at every start.
      const patient: object = { socketTimeoutMS: 0, timeoutMS: 0 };
      await collection.createIndexes([index], patient).catch((error: unknown) => {
        throw sayWhyNot(error, name, index, present);
      });
    }
  }
}

async function presentIn(collection: Collection): Promise<readonly mongo.IndexDescriptionInfo[]> {
  return collection.indexes().catch((error: unknown) => {
    if (codeOf(error) === NO_SUCH_COLLECTION) return [];
    throw error;
  });
}

/** Whatever its name is. */
function serves(present: mongo.IndexDescriptionInfo, wanted: mongo.IndexDescription): boolean {
  const isWhole = present['partialFilterExpression'] === undefined && present['collation'] === undefined && present.hidden !== true;
  const isUnique = wanted.unique !== true || present.unique === true;
  return isSameKey(present, wanted) && isWhole && isUnique && (present.sparse === true) === (wanted.sparse === true);
}

function isSameKey(one: Pick<mongo.IndexDescription, 'key'>, other: Pick<mongo.IndexDescription, 'key'>): boolean {
  return JSON.stringify(one.key) === JSON.stringify(other.key);
}

function sayWhyNot(
  error: unknown,
  collection: string,
  { key, unique, sparse }: mongo.IndexDescription,
  present: readonly mongo.IndexDescriptionInfo[],
): unknown {
  const what = `The index ${JSON.stringify(key)}${unique === true ? ' unique' : ''}${sparse === true ? ' sparse' : ''} of ${collection}`;
  const code = codeOf(error);
  if (CONFLICTS.has(code)) {
    const other = present.find((one) => isSameKey(one, { key }))?.name ?? Object.entries(key).flat().join('_');
    return misconfigured(
      `${what} was not built: the index ${other} has the same keys or name and other options. ` +
        `Check that nothing else needs it, drop it with db.${collection}.dropIndex(${JSON.stringify(other)}), and start the worker again.`,
    );
  }
  if (code === DUPLICATES) {
    return misconfigured(
      `${what} was not built: several documents hold the same value. See docs/integration.md for how to find and repair them, then restart the worker.`,
    );
  }
  if (code === FORBIDDEN) {
    return misconfigured(
      `${what} was not built: the database user may not do that. Give it the role readWrite on the database, or build the index, and start the worker again.`,
    );
  }
  return error;
}

function codeOf(error: unknown): unknown {
  return error instanceof mongo.MongoServerError ? error.code : undefined;
}
