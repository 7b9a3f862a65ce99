// Fresh creates through the user store (read, then write), against the bare driver inserting the same documents into a collection with the
// same indexes. They take turns every 4 batches, so that what else the machine does, and how full the engine is, weighs on both alike.
//
//   npm run build && node dist/bench/user-store.js [records]

import { mongo } from 'mongoose';
import { connectMongo } from '../src/adapters/mongo/connect-mongo';
import { INDEXES } from '../src/adapters/mongo/indexes';
import { importIdOf, parseClientId, userIdOf } from '../src/domain/ids';
import type { UserWrite } from '../src/domain/user';
import { startMongo } from '../test/support/mongo';

const BATCH = 1000;
const IN_FLIGHT = 4;
const TURN = BATCH * IN_FLIGHT;
const WARM_UP = 20 * TURN;
const AT = new Date();
const CLIENT = parseClientId('bench')!;
const RUN = { clientId: CLIENT, importId: importIdOf(CLIENT, 1), seq: 1, at: AT };

async function main(records: number): Promise<void> {
  const engine = await startMongo();
  const store = await connectMongo(engine.uri);
  const driver = await mongo.MongoClient.connect(engine.uri, { maxPoolSize: 10 });
  const peer = driver.db().collection('peer');
  await Promise.all([store.createIndexes(), peer.createIndexes([...INDEXES.users!])]);

  const ours = async (numbers: readonly number[]): Promise<void> => {
    const writes = numbers.map(createOf);
    const known = await store.users.read(writes.map(({ userId }) => userId));
    const outcomes = await store.users.write(RUN, writes);
    if (known.size > 0 || outcomes.some((outcome) => outcome !== 'written')) throw new Error('A fresh user was not fresh.');
  };
  const theirs = async (numbers: readonly number[]): Promise<void> => {
    await peer.insertMany(numbers.map(documentOf), { ordered: false });
  };

  const spent = new Map([ours, theirs].map((side) => [side, 0]));
  for (let from = 0; from < WARM_UP + records; from += TURN) {
    const turns = (from / TURN) % 2 === 0 ? [ours, theirs] : [theirs, ours];
    for (const side of turns) {
      const start = process.hrtime.bigint();
      await Promise.all(Array.from({ length: IN_FLIGHT }, (_, n) => side(span(from + n * BATCH, BATCH))));
      if (from >= WARM_UP) spent.set(side, spent.get(side)! + Number(process.hrtime.bigint() - start) / 1e9);
    }
  }
  const rate = (side: typeof ours): number => records / spent.get(side)!;
  console.log(`store ${Math.round(rate(ours))}/s, driver ${Math.round(rate(theirs))}/s, ratio ${(rate(ours) / rate(theirs)).toFixed(2)}`);
  await driver.close();
  await store.close();
  await engine.stop();
}

const span = (from: number, length: number): readonly number[] => Array.from({ length }, (_, i) => from + i);

function createOf(n: number): UserWrite {
  return { kind: 'create', userId: userIdOf(CLIENT, `u${n}`), uniqueId: `u${n}`, line: n + 2, set: valuesOf(n) };
}

function valuesOf(n: number) {
  return {
    loginSource: 'OPSCOM',
    firstName: `First ${n % 997}`,
    lastName: `Last ${n % 1009}`,
    userName: `user${n}`,
    email: `user${n}@example.edu`,
    street: `${n} Main Street`,
    city: 'Kingston',
    province: 'ON',
    postalCode: 'K7L 3N6',
    phoneCell: '613-555-0100',
    employeeNo: `E${n}`,
    dateOfBirth: '1990-01-31',
  };
}

function documentOf(n: number) {
  return {
    _id: userIdOf(CLIENT, `u${n}`) as unknown as mongo.ObjectId,
    clientId: CLIENT,
    uniqueId: `u${n}`,
    ...valuesOf(n),
    emailKey: `${CLIENT}/user${n}@example.edu`,
    userNameKey: `${CLIENT}/user${n}`,
    status: 'active',
    rev: 1,
    imported: { importId: RUN.importId, seq: 1, line: n + 2, decision: 'create' },
    created: { importId: RUN.importId, line: n + 2, at: AT },
    updatedAt: AT,
  };
}

void main(Number(process.argv[2] ?? 100_000));
