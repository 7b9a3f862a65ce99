// A wrong file and its undoing, as support, the administrator and a database reader see it: through `imports up` and the command line.

import { Client, Connection } from '@temporalio/client';
import type { mongo } from 'mongoose';
import { Product, until, type ImportItem } from '../support/product';
import { textOf } from '../support/text-of';

interface Undone {
  readonly state: string;
  readonly alreadyUndone: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly left: readonly {
    readonly uniqueId: string;
    readonly permit: string | null;
    readonly code: string;
    readonly changedBy: string | null;
  }[];
}

const HEADER = 'unique_id,login_source,first_name,user_name,email,active';
const GOOD = ['A1,OPSCOM,Ann,ann,ann@x.org,1', 'A2,OPSCOM,Bob,bob,bob@x.org,1', 'A3,OPSCOM,Cy,cy,cy@x.org,1', 'A4,OPSCOM,Di,di,di@x.org,1'];
/** Somebody sorted one column and not the others, marked two as gone, and invented a user. */
const WRONG = [
  'A1,OPSCOM,Ann,bob,bob@x.org,1',
  'A2,OPSCOM,Bob,ann,ann@x.org,1',
  'A3,OPSCOM,Cy,,,0',
  'A4,OPSCOM,Dora,,,1',
  'X9,OPSCOM,Eve,eve,eve@x.org,1',
];

const product = new Product();
let db: mongo.Db;
let good: ImportItem;
let wrong: ImportItem;
let later: ImportItem;
let undone: Undone;

const drop = (name: string, rows: readonly string[]) => product.importFile('acme', product.file(name, [HEADER, ...rows, ''].join('\n')));
const user = (uniqueId: string) => db.collection('users').findOne({ _id: `acme/${uniqueId}` as never });
const permit = (number: string) => db.collection('permits').findOne({ _id: `acme/${number}` as never });
const everything = async () =>
  JSON.stringify([
    await db.collection('users').find().sort({ _id: 1 }).toArray(),
    await db.collection('permits').find().sort({ _id: 1 }).toArray(),
  ]);

beforeAll(async () => {
  await product.up();
  await product.addClient('acme', '--archive-on-inactive');
  db = await product.db();
  good = await drop('good.csv', GOOD);
  await db
    .collection('permits')
    .insertMany(
      ['P1', 'P2'].map((number) => ({ _id: `acme/${number}` as never, clientId: 'acme', number, status: 'active', holder: 'acme/A3' })),
    );
  wrong = await drop('wrong.csv', WRONG);
  // What happened before anybody noticed: a permit went to somebody else, and a later file corrected one user.
  await db.collection('permits').updateOne({ _id: 'acme/P2' as never }, { $set: { holder: 'acme/A1', status: 'active' } });
  later = await drop('later.csv', ['A4,OPSCOM,Dorothy,,,1']);
  undone = await product.json<Undone>('undo', wrong.importId, '--reason', 'columns were mixed up');
}, 900_000);
afterAll(() => product.end());

test('users have their former values, swapped user names and e-mails included; what was archived is active', async () => {
  expect(wrong).toMatchObject({ outcome: 'imported', counts: { created: 1, updated: 4, archived: 1, permitsReleased: 2 } });
  expect([await user('A1'), await user('A2'), await user('A3')]).toMatchObject([
    { userName: 'ann', email: 'ann@x.org', status: 'active' },
    { userName: 'bob', email: 'bob@x.org', status: 'active' },
    { userName: 'cy', status: 'active' },
  ]);
});

test('a user that it created is archived as undone', async () => {
  expect(await user('X9')).toMatchObject({ status: 'archived', archived: { importId: wrong.importId, undone: true } });
});

test('a permit that is still free is back with its holder; one that was handed on stays where it is', async () => {
  expect(await permit('P1')).toMatchObject({ holder: 'acme/A3', status: 'active' });
  expect(await permit('P2')).toMatchObject({ holder: 'acme/A1', status: 'active' });
});

test('the command tells what is restored and what is left, and why', () => {
  expect(undone).toMatchObject({
    state: 'undone',
    alreadyUndone: false,
    counts: { restored: 2, archived: 1, madeActive: 1, permitsReturned: 1, usersLeft: 1, permitsLeft: 1 },
    left: [
      { uniqueId: 'A4', permit: null, code: 'CHANGED_BY_IMPORT', changedBy: later.importId },
      { uniqueId: 'A3', permit: 'P2', code: 'PERMIT_NOT_FREE', changedBy: null },
    ],
  });
});

test('the administrator gets one e-mail, with the list attached and no unique id in its text', async () => {
  const mails = await until('the e-mail about the undo', async () => {
    const found = (await product.mails('admin@parking.example')).filter(({ subject }) => subject === `Import ${wrong.importId} was undone`);
    return found.length > 0 && found;
  });
  expect(mails).toHaveLength(1);
  expect(mails[0]!.text).toContain('columns were mixed up');
  expect(mails[0]!.text).not.toMatch(/A4|X9/);
  const [list] = mails[0]!.attachments;
  expect(list?.filename).toBe(`${wrong.importId}-left-as-it-is.csv`);
  expect(new TextDecoder().decode(list!.content as ArrayBuffer)).toContain(`A4,5,,CHANGED_BY_IMPORT,${later.importId},`);
});

test('undone twice, nothing changes while what was left is still in the way', async () => {
  const before = await everything();
  expect(await product.json<Undone>('undo', wrong.importId, '--reason', 'to be sure')).toMatchObject({
    alreadyUndone: false,
    counts: undone.counts,
  });
  expect(await everything()).toBe(before);
});

test('it is not retried; the file dropped again is imported again', async () => {
  const retried = await product.cli('retry', wrong.importId, '--reason', 'x');
  expect(retried.code).toBe(1);
  expect(retried.stderr).toContain('is undone, so there is nothing to retry');
  const again = await drop('again.csv', [WRONG[4]!]);
  expect(again.counts).toMatchObject({ rejected: 0, updated: 1 });
  expect(await user('X9')).toMatchObject({ status: 'active', email: 'eve@x.org' });
});

test('the user tells who did what to it', async () => {
  const { events } = await product.json<{ events: { did: string; importId: string; line: number }[] }>('user', 'acme', 'A1');
  expect(events).toMatchObject([
    { did: 'create', importId: good.importId, line: 2 },
    { did: 'update', importId: wrong.importId, line: 2 },
    { did: 'undo', importId: wrong.importId, line: 2 },
  ]);
});

test('operators find it in Temporal, with its numbers and without anybody in it', async () => {
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  try {
    const handle = new Client({ connection }).workflow.getHandle(`undo/${wrong.importId}`);
    expect(await handle.result()).toMatchObject({ counts: undone.counts, report: 'sent' });
    const { searchAttributes, status } = await handle.describe();
    expect([status.name, searchAttributes]).toEqual([
      'COMPLETED',
      expect.objectContaining({ ImportClient: ['acme'], ImportState: ['undone'] }),
    ]);
    const events = textOf((await handle.fetchHistory()).events);
    expect(events).toContain(String.raw`{\"importId\":\"${wrong.importId}\"`);
    expect(events).not.toMatch(/A4|X9|x\.org|mixed up/);
  } finally {
    await connection.close();
  }
});
