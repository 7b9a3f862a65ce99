// Finds documents and gives their bytes as they came from the server. A command instead of a cursor: that alone costs more for each document
// than all that is done with it afterwards.

import type { Model, mongo } from 'mongoose';

interface Reply {
  readonly cursor: { readonly id: unknown; readonly firstBatch: readonly Uint8Array[] };
}

/** `most`: no more documents than this fit the filter. */
export function createReadBytes<D extends mongo.Document>(model: Model<D>, projection: mongo.Document) {
  const { collectionName } = model.collection;
  return async (filter: mongo.Document, most: number): Promise<readonly Uint8Array[]> => {
    const { db } = model.db;
    const command = { find: collectionName, filter, projection, batchSize: most + 1 };
    const { cursor } = (await db!.command(command, { fieldsAsRaw: { firstBatch: true } })) as Reply;
    // What one reply does not hold is for a cursor.
    if (Number(cursor.id) !== 0) return db!.collection(collectionName).find<Uint8Array>(filter, { projection, raw: true }).toArray();
    return cursor.firstBatch;
  };
}
