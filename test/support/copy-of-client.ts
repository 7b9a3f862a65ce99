// A client with its users, imports and files under another name, so that each of many tries begins with the same without importing it all again.

import { cpSync, existsSync } from 'node:fs';
import path from 'node:path';
import { mongo } from 'mongoose';
import type { ClientId } from '../../src/domain/ids';
import type { World } from './in-process-import';

const { EJSON } = mongo.BSON;
const COLLECTIONS = [
  'clients',
  'users',
  'permits',
  'permitReleases',
  'userChanges',
  'imports',
  'importChunks',
  'rejectedRecords',
  'counters',
];
const MOST_IMPORTS = 3;

export async function copyOfClient(world: World, from: string, to: string): Promise<ClientId> {
  // Whatever comes behind its name is `-` or `/`.
  const ofClient = { $gte: `${from}-` as never, $lt: `${from}0` as never };
  for (const name of COLLECTIONS) {
    const collection = world.db.collection(name);
    const mine = await collection.find({ $or: [{ _id: { $in: [from, `imports/${from}`] as never } }, { _id: ofClient }] }).toArray();
    const text = EJSON.stringify(mine, { relaxed: false }).replaceAll(from, to);
    if (mine.length > 0) await collection.insertMany(EJSON.parse(text, { relaxed: false }));
  }
  const works = Array.from({ length: MOST_IMPORTS }, (_, n) => `work/${from}-${n + 1}`);
  for (const folder of [`clients/${from}`, ...works]) {
    const source = path.join(world.dataDir, folder);
    if (existsSync(source)) cpSync(source, path.join(world.dataDir, folder.replace(from, to)), { recursive: true });
  }
  return to as ClientId;
}
