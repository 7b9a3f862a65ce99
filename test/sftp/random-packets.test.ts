// Packets of every kind, by the thousand, in several sessions at once, against a server in a process of its own: each is answered, in order,
// by what it may be answered with; nothing outside the client's folder is read or touched; the process lives on and holds no more than
// before. A long run:
//   SFTP_FUZZ_PACKETS=1000000 SFTP_FUZZ_SEEDS=1,2,3,4,5,6,7,8 npx jest test/sftp/random-packets

import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import type { Reply } from '../../src/sftp/codec/messages';
import { OPEN_FLAG } from '../../src/sftp/codec/protocol';
import { connect } from './support/connect';
import { fuzzOrders, openFuzzedDoor, SECRET, type FuzzedDoor } from './support/fuzzed-door';
import { encodeRequest, type Question } from './support/peer';
import { below, pick, randomFrom, type Random } from './support/random';
import { isAnswerTo, RandomSession } from './support/random-packets';
import { RawSession } from './support/raw-session';

const { seeds, share } = fuzzOrders('SFTP_FUZZ', 'PACKETS', 6_000);
const SESSIONS = 3;

let fuzzed: FuzzedDoor;
beforeAll(async () => {
  fuzzed = await openFuzzedDoor();
});
afterAll(() => fuzzed.stop());

/** In as many pieces as it likes. */
function sendInPieces(session: RawSession, random: Random, bytes: Buffer): void {
  for (let from = 0; from < bytes.length;) {
    const to = random() < 0.5 ? bytes.length : from + 1 + below(random, bytes.length - from);
    session.send(bytes.subarray(from, to));
    from = to;
  }
}

function show(reply: Reply | undefined): unknown {
  return reply?.kind === 'data'
    ? { ...reply, data: reply.data.length }
    : reply?.kind === 'names'
      ? { ...reply, names: reply.names.length }
      : reply;
}

/** Sends some packets at once; how many they were. */
async function converse(session: RawSession, known: RandomSession, random: Random): Promise<number> {
  const asked = Array.from({ length: 1 + below(random, 40) }, () => known.next());
  sendInPieces(session, random, Buffer.concat(asked.map(({ bytes }) => bytes)));
  for (const one of asked) {
    const reply = await session.reply();
    const isRight = reply !== undefined && isAnswerTo(one, reply);
    if (!isRight) expect({ to: one.kind, id: one.id, reply: show(reply) }).toEqual('an answer to it');
    if (reply?.kind === 'data') expect(reply.data.includes(SECRET)).toBe(false);
    if (reply?.kind === 'names') expect(reply.names.filter(({ name }) => one.kind === 'readdir' && /^\.{1,2}$|\//.test(name))).toEqual([]);
    known.learn(one, reply!);
  }
  // The import takes a file away, whoever has it open.
  if (random() < 0.1) rmSync(fuzzed.spawned.published(pick(random, ['a.csv', 'b.csv', 'users.csv'])), { recursive: true, force: true });
  return asked.length;
}

async function ask(session: RawSession, question: Question): Promise<Reply | undefined> {
  session.send(encodeRequest({ ...question, id: 1 }));
  return session.reply();
}

/** An upload as it should be, in the middle of everything, is published as it was sent. */
async function uploadInOrder(session: RawSession, name: string): Promise<void> {
  const data = randomBytes(3000);
  const { write, create, truncate } = OPEN_FLAG;
  const opened = await ask(session, { kind: 'open', path: Buffer.from(`/${name}`), flags: write | create | truncate, attributes: {} });
  // This session, or all of the client's, have opened all that they may.
  if (opened?.kind !== 'handle') return expect(opened).toMatchObject({ message: 'Too many open files' });
  const { handle } = opened;
  expect(await ask(session, { kind: 'write', handle, offset: 0n, data })).toMatchObject({ status: 0 });
  expect(await ask(session, { kind: 'close', handle })).toMatchObject({ status: 0 });
  expect(readFileSync(fuzzed.spawned.published(name)).equals(data)).toBe(true);
}

async function leave(session: RawSession, known: RandomSession, random: Random): Promise<void> {
  const chance = random();
  if (chance < 0.4) {
    session.send(known.malformed());
    expect(await session.over).toBe(1);
  } else if (chance < 0.7) {
    // In the middle of a packet, or not.
    const { bytes } = known.next();
    if (chance < 0.55) session.send(bytes.subarray(0, below(random, bytes.length)));
    session.channel.end();
    await session.over;
  } else if (chance < 0.8) {
    // Without a word: the connection is cut below.
    session.send(Buffer.concat(Array.from({ length: 30 }, () => known.next().bytes)));
  }
}

async function visit(seed: number, packets: number): Promise<number> {
  const client = await connect(fuzzed.spawned);
  client.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => client.on('close', () => resolve()));
  const sent = await Promise.all(
    Array.from({ length: SESSIONS }, async (_, n) => {
      const random = randomFrom(seed * SESSIONS + n);
      const session = await RawSession.open(client);
      session.send(encodeRequest({ kind: 'init', version: 3 + below(random, 4) }));
      expect(await session.reply()).toEqual({ kind: 'version' });
      const known = new RandomSession(random);
      let count = 1;
      while (count < packets / SESSIONS) count += await converse(session, known, random);
      await uploadInOrder(session, `in-order-${n}.csv`);
      await leave(session, known, random);
      return count;
    }),
  );
  if (seed % 2 === 0) client.end();
  else client.destroy();
  await closed;
  return sent.reduce((sum, count) => sum + count, 0);
}

it.each(seeds)(
  'seed %i',
  async (seed) => {
    await visit(0, 100);
    await fuzzed.remember();
    for (let sent = 0, visits = 1; sent < share; visits++) sent += await visit(seed * 100_000 + visits, 2_000);
    await fuzzed.expectUnharmed();
  },
  60_000 + share * 100,
);
