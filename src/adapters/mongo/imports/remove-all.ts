// Removes all that a collection holds of an import, in small steps, so that a large import neither blocks the database nor has to be
// removed in one go.

import type { mongo } from 'mongoose';
import type { ImportId } from '../../../domain/ids';
import { keysOf } from '../keys';

/** Few enough for a slow database to be done with in seconds: between two steps there is a sign of life. */
const PER_STEP = 1_000;

export async function removeAll(
  collection: mongo.Collection<mongo.Document & { readonly _id: string }>,
  importId: ImportId,
  onProgress: () => void,
): Promise<void> {
  for (;;) {
    const some = await collection.find({ _id: keysOf(importId) }, { projection: { _id: 1 }, sort: { _id: 1 }, limit: PER_STEP }).toArray();
    const last = some.at(-1);
    if (last === undefined) return;
    await collection.deleteMany({ _id: { $gte: keysOf(importId).$gte, $lte: last._id } });
    onProgress();
    if (some.length < PER_STEP) return;
  }
}
