// The surrounding application writes to `users`, too, and knows nothing of imports. E-mails and user names stay unique by what is stored,
// one user that the database refuses stops nobody else, and no record is rejected without a reason.

import { MockActivityEnvironment } from '@temporalio/testing';
import { mongo } from 'mongoose';
import { KeyLooks } from '../../activities/mend-keys';
import type { ClientId, UserId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, type World } from '../support/in-process-import';
import { leftBy, undo } from '../support/in-process-undo';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const HEADER = 'unique_id,login_source,email,user_name,student_no\n';
const users = () => world.db.collection('users');

async function importFile(clientId: ClientId, name: string, ...rows: readonly string[]) {
  await world.drop(clientId, name, `${HEADER}${rows.join('\n')}\n`);
  await world.importAll(clientId);
  const [run] = await world.ports.imports.list({ clientIds: [clientId], limit: 1 });
  const codes: Record<number, readonly string[]> = {};
  for await (const { line, reasons } of world.ports.rejected.all(run!.importId)) codes[line] = reasons.map(({ code }) => code);
  return { run: run!, codes };
}

it('what the application gave to a user is taken, and what it took away is free', async () => {
  const clientId = await world.addClient('app-changes');
  await importFile(clientId, 'a.csv', '1,OPSCOM,one@x.example,one,');
  const change = { $set: { email: 'Married@x.example' }, $unset: { userName: '' as const }, $inc: { rev: 1 } };
  await users().updateOne({ _id: `${clientId}/1` as never }, change);
  const { run, codes } = await importFile(clientId, 'b.csv', '2,OPSCOM,married@X.example,,', '3,OPSCOM,one@x.example,,', '4,OPSCOM,,one,');
  expect(codes).toEqual({ 2: ['9019'] });
  expect(run.counts).toMatchObject({ created: 2, rejected: 1 });
});

it('users that no import has seen hold their e-mails and user names', async () => {
  const clientId = await world.addClient('app-adds');
  await users().insertOne({ _id: `${clientId}/1` as never, clientId, uniqueId: '1', email: 'E1@x.example', userName: 'u1' });
  const { codes } = await importFile(clientId, 'a.csv', '2,OPSCOM,e1@X.example,,', '3,OPSCOM,,u1,', '4,OPSCOM,,,');
  expect(codes).toEqual({ 2: ['9019'], 3: ['9020'] });
});

it('users are looked through for values without keys once, and only for a file that takes some', async () => {
  const clientId = await world.addClient('app-looks');
  const looksFor = async (...rows: readonly string[]) => {
    let looks = 0;
    const counting = {
      ...world.ports.users,
      repairKeys(of: ClientId) {
        looks++;
        return world.ports.users.repairKeys(of);
      },
    };
    await world.drop(clientId, 'x.csv', `${HEADER}${rows.join('\n')}\n`);
    const [file] = await claim(world.ports, clientId);
    await runImport(world.ports, file!.importId, stepsOver({ ...world.ports, users: counting }));
    return looks;
  };
  expect(await looksFor('1,OPSCOM,e1@x.example,u1,', '2,OPSCOM,e2@x.example,u2,')).toBe(0);
  expect(await looksFor('1,OPSCOM,e1@x.example,u1,', '2,OPSCOM,e2@x.example,u2,S2', '3,OPSCOM,,,')).toBe(0);
  const many = Array.from({ length: 600 }, (_, n) => `n${n},OPSCOM,n${n}@x.example,,`);
  expect(await looksFor(...many)).toBe(1);
});

it('chunks in flight at once share that look, and a look that failed is taken again', async () => {
  const clientId = await world.addClient('app-shared-look');
  await world.drop(clientId, 'x.csv', `${HEADER}1,OPSCOM,,,\n`);
  const [run] = await claim(world.ports, clientId);
  let looks = 0;
  const failingOnce = {
    ...world.ports.users,
    async *repairKeys() {
      looks++;
      await Promise.resolve();
      if (looks === 1) throw new Error('the database is away');
      yield* [];
    },
  };
  const keyLooks = new KeyLooks();
  const stepOf = (turn: number) => {
    const look = keyLooks.mendingOnce({ ...world.ports, users: failingOnce }, run!, turn);
    return () => new MockActivityEnvironment().run(look);
  };
  const [a, b, c] = [stepOf(1), stepOf(1), stepOf(1)];
  expect((await Promise.allSettled([a(), b()])).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await Promise.all([a(), b()]);
  await c();
  expect(looks).toBe(2);
  await stepOf(2)();
  expect(looks).toBe(3);
});

it('an undo gives nobody an e-mail back that somebody else has by now, key or no key', async () => {
  const clientId = await world.addClient('app-undo');
  await importFile(clientId, 'a.csv', '1,OPSCOM,e1@x.example,,', '2,OPSCOM,e2@x.example,,');
  const { run } = await importFile(clientId, 'b.csv', '1,OPSCOM,new@x.example,,');
  await users().updateOne({ _id: `${clientId}/2` as never }, { $set: { email: 'E1@x.example' } });
  await undo(world, run.importId);
  expect(await leftBy(world.ports, run.importId)).toMatchObject([{ userId: `${clientId}/1`, why: 'EMAIL_TAKEN' }]);
  expect(await users().findOne({ _id: `${clientId}/1` as never })).toMatchObject({ email: 'new@x.example' });
});

it('two of them that share an e-mail keep both, and nobody else gets it', async () => {
  const clientId = await world.addClient('app-shares');
  const twins = ['1', '2'].map((n) => ({ _id: `${clientId}/${n}` as never, clientId, uniqueId: n, email: 'same@x.example' }));
  await users().insertMany(twins);
  const { codes, run } = await importFile(clientId, 'a.csv', '3,OPSCOM,same@x.example,,', '1,OPSCOM,,one,');
  expect(codes).toEqual({ 2: ['9019'] });
  expect(run.counts.records).toBe(2);
});

it('an index of the application rejects what it refuses, with a reason of its own, and operators read which', async () => {
  const clientId = await world.addClient('app-index');
  await users().createIndex({ studentNo: 1 }, { unique: true, sparse: true, name: 'students' });
  try {
    await users().insertOne({ _id: `${clientId}/1` as never, clientId, uniqueId: '1', studentNo: 'S1' });
    const { run, codes } = await importFile(clientId, 'a.csv', '2,OPSCOM,b@x.example,,S1', '3,OPSCOM,,,S1', '4,OPSCOM,,,S4');
    expect(codes).toEqual({ 2: ['NOT_STORED'], 3: ['NOT_STORED'] });
    expect(run).toMatchObject({
      outcome: 'imported-with-failures',
      counts: { created: 1, rejected: 2 },
      refusedBy: ['the index students of users'],
    });
  } finally {
    await users().dropIndex('students');
  }
});

it('a revision that is not a number stops nobody', async () => {
  const clientId = await world.addClient('app-rev');
  await importFile(clientId, 'a.csv', '1,OPSCOM,,one,', '2,OPSCOM,,two,', '3,OPSCOM,,three,');
  await users().updateOne({ _id: `${clientId}/1` as never }, { $set: { rev: null } });
  await users().updateOne({ _id: `${clientId}/2` as never }, { $set: { rev: 'two' } });
  const { run } = await importFile(clientId, 'b.csv', '1,OPSCOM,,uno,', '2,OPSCOM,,dos,', '3,OPSCOM,,tres,');
  expect(run.counts).toMatchObject({ updated: 3, rejected: 0 });
});

const OTHER_TYPES: readonly unknown[] = [
  ['a', 'list'],
  new Date(5_000),
  true,
  { a: 'part' },
  mongo.Decimal128.fromString('1.50'),
  mongo.Long.fromString('9007199254740993'),
  new mongo.Binary(Buffer.from('bytes')),
  '',
  42,
];

it('an undo brings back what the application had stored, of whatever type, and leaves no key behind', async () => {
  const clientId = await world.addClient('app-types');
  const stored = OTHER_TYPES.map((value, n) => ({ email: value, userName: value, studentNo: value, uniqueId: `${n}` }));
  await users().insertMany(stored.map((user) => ({ _id: `${clientId}/${user.uniqueId}` as never, clientId, ...user })));
  const { run, codes } = await importFile(clientId, 'a.csv', ...stored.map((_, n) => `${n},OPSCOM,e${n}@x.example,u${n},S${n}`));
  expect(codes).toEqual({});
  await undo(world, run.importId);
  expect(await leftBy(world.ports, run.importId)).toEqual([]);
  const found = await users().find({ clientId }).sort({ _id: 1 }).toArray();
  expect(found.map(({ email, userName, studentNo, uniqueId }) => ({ email, userName, studentNo, uniqueId }))).toEqual(stored);
  expect(found.filter(({ emailKey, userNameKey }) => emailKey !== undefined || userNameKey !== undefined)).toEqual([]);
});

it.each(['imported', 'created', 'archived', 'undone'])(
  'what stands under the name of our mark `%s` and is none stops nobody',
  async (mark) => {
    const clientId = await world.addClient(`app-mark-${mark}`, { archiveOnInactive: true });
    const odd: readonly unknown[] = [null, true, 'yesterday', new Date(), { by: 'the application' }, ['a', 'list'], 5];
    const holderOf = (n: number, status: string) => `${clientId}/${status}${n}`;
    for (const status of ['active', 'archived']) {
      await users().insertMany(odd.map((value, n) => ({ _id: holderOf(n, status) as never, clientId, status, [mark]: value })));
      const permits = odd.map((_, n) => ({
        _id: `P-${holderOf(n, status)}` as never,
        clientId,
        status: 'active',
        holder: holderOf(n, status),
      }));
      await world.db.collection('permits').insertMany(permits);
    }
    const rows = odd.flatMap((_, n) => [`active${n},OPSCOM,0`, `archived${n},OPSCOM,0`]);
    await world.drop(clientId, 'a.csv', `unique_id,login_source,active\n${rows.join('\n')}\n`);
    const [run] = await world.importAll(clientId);
    expect(run).toMatchObject({ outcome: 'imported', counts: { archived: odd.length, permitsReleased: 2 * odd.length } });
    await undo(world, run!.importId);
    expect(await users().countDocuments({ clientId, status: 'active' })).toBe(odd.length);
    for (const uniqueId of ['active0', 'archived0'])
      expect(await world.ports.users.history(`${clientId}/${uniqueId}` as UserId).then((history) => history?.user.userId)).toBeDefined();
  },
);

it('a user whose status is not one of ours is active: archived by a file that says so, and by an undo what it was', async () => {
  const clientId = await world.addClient('app-status', { archiveOnInactive: true });
  const statuses = [null, 'suspended', 7];
  await users().insertMany(statuses.map((status, n) => ({ _id: `${clientId}/${n}` as never, clientId, status })));
  await world.drop(clientId, 'a.csv', 'unique_id,login_source,active\n0,OPSCOM,0\n1,OPSCOM,0\n2,OPSCOM,0\n');
  const [run] = await world.importAll(clientId);
  expect(run!.counts).toMatchObject({ archived: 3 });
  await undo(world, run!.importId);
  const found = await users().find({ clientId }).sort({ _id: 1 }).toArray();
  expect(found.map(({ status }) => status as unknown)).toEqual(['active', 'suspended', 7]);
});
