// Files that would archive many users, as support meets them: through SFTP, the command line, e-mail and the Temporal server. Nothing is
// written until somebody agrees; whatever is decided, and whenever, is what happens.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Product, until, type ImportItem } from '../support/product';

const product = new Product();
let connection: Connection;
let temporal: Client;
beforeAll(async () => {
  await product.up();
  connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  temporal = new Client({ connection });
}, 900_000);
afterAll(async () => {
  await connection?.close();
  await product.end();
});

type HeldItem = ImportItem & {
  readonly held: {
    readonly archives: number;
    readonly decided: { readonly verdict: string; readonly by: string; readonly reason: string } | null;
  };
};

const USERS = 40;
const HEADER = 'unique_id,login_source,first_name,email,active';
const row = (n: number, active = '1', name = 'Ana') => `u${n},OPSCOM,${name},e${n}@example.edu,${active}`;
const csv = (...rows: string[]) => [HEADER, ...rows, ''].join('\r\n');
const people = Array.from({ length: USERS }, (_, n) => n);
/** Half of the users are gone, and one has another name. */
const DANGEROUS = csv(...people.map((n) => row(n, n < 20 ? '0' : '1', n === 30 ? 'Zoe' : 'Ana')));

/** 40 active users; the first four hold a permit each. The dangerous file is then held. */
async function held(client: string): Promise<HeldItem> {
  await product.addClient(client, '--archive-on-inactive');
  await product.importFile(client, product.file(`${client}/first.csv`, csv(...people.map((n) => row(n)))));
  const permits = [0, 1, 2, 3].map((n) => ({
    _id: `${client}/${n}` as never,
    clientId: client,
    number: `P${n}`,
    status: 'active',
    holder: `${client}/u${n}`,
  }));
  await (await product.db()).collection('permits').insertMany(permits);
  return (await product.importFile(client, product.file(`${client}/dangerous.csv`, DANGEROUS))) as HeldItem;
}

const users = async (client: string, filter = {}) =>
  (await product.db())
    .collection('users')
    .find({ clientId: client, ...filter })
    .toArray();
const archived = async (client: string) => (await users(client, { status: 'archived' })).length;
const ended = async ({ clientId, importId }: { readonly clientId?: string; readonly importId: string }) =>
  (await product.rest(
    clientId ?? importId.slice(0, importId.lastIndexOf('-')),
    (item) => item.importId === importId && item.state !== 'held',
  )) as HeldItem;
async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await product.cli(...args);
  if (code !== 0) throw new Error(`imports ${args.join(' ')} ended with ${code}: ${stderr}`);
  return stdout;
}
const adminMails = async (importId: string) =>
  (await product.mails('admin@parking.example')).filter(({ subject }) => subject?.includes(importId));
const workflow = (importId: string) => temporal.workflow.getHandle(`import/${importId}`);

it('a held import shows its numbers everywhere, has written nothing, and is imported whole when it is approved', async () => {
  const item = await held('approved');
  const { importId } = item;
  expect(item).toMatchObject({
    state: 'held',
    outcome: null,
    held: { archives: 20, permits: 4, activeUsers: 40, share: 50, emailChanges: 0, userNameChanges: 0, decided: null },
  });
  expect(await archived('approved')).toBe(0);

  const shown = await ok('show', importId);
  expect(shown).toMatch(/would archive 20 of 40 active users \(50 %\)/);
  expect(shown).toContain(`imports approve ${importId} --reason "…"`);
  const [mail] = await until('the e-mail to the administrator', async () => {
    const mails = await adminMails(importId);
    return mails.length > 0 && mails;
  });
  expect(mail).toMatchObject({ subject: `Import ${importId} waits for approval: 20 users would be archived` });
  expect(mail!.text!.replace(/\s+/g, ' ')).toContain(`Tell support what to do with import ${importId}: approve it`);
  const { typedSearchAttributes, status } = await workflow(importId).describe();
  expect([status.name, JSON.stringify(typedSearchAttributes)]).toEqual(['RUNNING', expect.stringContaining('"held"')]);

  expect(await ok('approve', importId, '--reason', 'their school has closed')).toContain(`imports watch ${importId}`);
  expect(await ended(item)).toMatchObject({
    outcome: 'imported',
    counts: { records: 40, updated: 21, unchanged: 19, archived: 20, permitsReleased: 4 },
    held: { decided: { verdict: 'approve', reason: 'their school has closed' } },
  });
  expect(await archived('approved')).toBe(20);

  const again = await product.cli('approve', importId, '--reason', 'x');
  expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/was already approved[^]*imports undo/) });
  expect(await adminMails(importId)).toHaveLength(1);
});

it('a declined import changes nobody, and the client learns of it once', async () => {
  const item = await held('declined');
  await ok('decline', item.importId, '--reason', 'half of them are missing');
  expect(await ended(item)).toMatchObject({ outcome: 'declined', report: 'sent', backup: '.bak/dangerous.csv' });
  expect(await users('declined', { $or: [{ status: 'archived' }, { firstName: 'Zoe' }] })).toEqual([]);
  const [mail, ...more] = await product.mails('it@declined.example');
  expect(mail).toMatchObject({ subject: 'CSV Import Failed Records' });
  expect(mail!.text).not.toContain('half of them are missing');
  expect(more).toEqual([]);
  expect((await product.sftp('declined', 'ls -1 .bak')).stdout).toContain('dangerous.result.json');
});

it('an import that nobody decides on is declined when its time is over, after one reminder', async () => {
  await product.addClient('late', '--archive-on-inactive');
  // Twelve seconds: shorter than the command line has words for.
  await (
    await product.db()
  )
    .collection('clients')
    .updateOne({ _id: 'late' as never }, { $set: { 'settings.approvalTimeoutHours': 12 / 3600 } });
  await product.importFile('late', product.file('late/first.csv', csv(...people.map((n) => row(n)))));
  const item = await product.importFile('late', product.file('late/dangerous.csv', DANGEROUS));
  expect(item.state).toBe('held');
  expect(await ended(item)).toMatchObject({ outcome: 'declined', held: { decided: { verdict: 'timed-out' } } });
  expect(await archived('late')).toBe(0);
  expect((await adminMails(item.importId)).map(({ subject }) => subject)).toEqual([
    `Import ${item.importId} waits for approval: 20 users would be archived`,
    expect.stringMatching(/^Reminder: import late-2 waits for approval until /),
  ]);
  expect(await product.cli('approve', item.importId, '--reason', 'x')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Nobody decided on import late-2 in time, so it was declined.'),
  });
});

it('newer files go on while one is held, and an approval after them leaves alone everybody of whom they spoke', async () => {
  const item = await held('newer');
  // Users 0 to 4 as they were, so that nothing of them is written; a new name for user 30.
  const corrected = csv(...[0, 1, 2, 3, 4].map((n) => row(n)), row(30, '1', 'Eve'));
  const newer = await product.importFile('newer', product.file('newer/corrected.csv', corrected));
  expect(newer).toMatchObject({ state: 'finished', counts: { unchanged: 5, updated: 1 } });
  expect((await product.imports('newer')).map(({ state }) => state)).toEqual(['finished', 'held', 'finished']);

  await ok('approve', item.importId, '--reason', 'by mistake');
  expect(await ended(item)).toMatchObject({ counts: { records: 40, superseded: 6, archived: 15, permitsReleased: 0 } });
  const left = await users('newer', { uniqueId: { $in: ['u0', 'u4', 'u30'] } });
  expect(left.map(({ uniqueId, status, firstName }) => `${uniqueId} ${status} ${firstName}`).toSorted()).toEqual([
    'u0 active Ana',
    'u30 active Eve',
    'u4 active Ana',
  ]);
});

it('an import approved without its archives archives nobody, and imports the rest', async () => {
  const item = await held('without');
  await ok('approve', item.importId, '--without-archives', '--reason', 'their active column is wrong');
  expect(await ended(item)).toMatchObject({
    outcome: 'imported',
    counts: { updated: 1, unchanged: 39, archived: 0, inactiveIgnored: 20, permitsReleased: 0 },
  });
  expect(await archived('without')).toBe(0);
});

it('a decision is refused by the import itself when there is nothing to decide, or no reason; sent twice it is one', async () => {
  const { importId } = await held('refusals');
  const decide = (verdict: string, reason: string, updateId: string) =>
    workflow(importId)
      .executeUpdate('decide', { args: [{ verdict, reason, by: 'pat' }], updateId })
      .then(
        () => 'taken',
        (error: Error) => (error.cause as Error).message,
      );
  expect(await decide('approve', ' ', 'a')).toBe('A reason is required, for the record.');
  expect(await decide('applaud', 'x', 'b')).toBe('A verdict is one of approve, approve-without-archives, decline.');
  expect(await decide('decline', 'x', 'c')).toBe('taken');
  expect(await decide('decline', 'x', 'c')).toBe('taken');
  expect(await decide('approve', 'x', 'd')).toMatch(/was already decided|already completed|not found/i);
  expect(await archived('refusals')).toBe(0);
});

it('a decision that Temporal does not answer says that it is not known, and may be given again', async () => {
  const item = await held('frozen');
  const server = Number(readFileSync(path.join(product.data, 'run/temporal.pid'), 'utf8'));
  process.kill(server, 'SIGSTOP');
  try {
    expect(await product.cli('decline', item.importId, '--reason', 'x')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^error: Temporal does not answer, so it is not known whether [^]*\nimports show frozen-2\n$/),
    });
    const shown = await product.cli('show', item.importId);
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/\nTemporal +does not answer:/)]);
  } finally {
    process.kill(server, 'SIGCONT');
  }
  // The first one may have been taken when the server woke.
  await until('the decision to be taken', async () => {
    const { code, stderr } = await product.cli('decline', item.importId, '--reason', 'x');
    return code === 0 || /was already declined/.test(stderr);
  });
  expect(await ended(item)).toMatchObject({ outcome: 'declined' });
});

it('a held import whose workflow was terminated says so, and waits again once it is retried', async () => {
  const item = await held('terminated');
  const { importId } = item;
  await workflow(importId).terminate('by an operator');
  expect(await product.cli('approve', importId, '--reason', 'x')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`imports retry ${importId}`),
  });
  await ok('retry', importId, '--reason', 'terminated by mistake');
  await until('it to wait again', async () => {
    const { status } = await workflow(importId).describe();
    const [now] = (await product.imports('terminated')).filter((one) => one.importId === importId);
    return status.name === 'RUNNING' && now?.state === 'held' && now.attempts === 2;
  });
  await ok('approve', importId, '--reason', 'y');
  expect(await ended(item)).toMatchObject({ outcome: 'imported', counts: { archived: 20 }, attempts: 2 });
  expect(await adminMails(importId)).toHaveLength(1);
});

it('imports check tells it beforehand, with exit codes, and leaves nothing behind', async () => {
  await product.addClient('checked', '--archive-on-inactive');
  await product.importFile('checked', product.file('checked/first.csv', csv(...people.map((n) => row(n)))));
  const before = await users('checked');
  const dangerous = product.file('checked/dangerous.csv', DANGEROUS);
  const wrong = product.file('checked/wrong.csv', csv(row(0), row(1, 'maybe'), 'u2,NOPE,Ana,e2@example.edu,1'));
  const out = product.file('checked/failed.csv', '');

  const check = await product.json<{ counts: unknown; held: unknown }>('check', 'checked', dangerous);
  expect(check).toMatchObject({ counts: { updated: 21, archived: 20, unchanged: 19 }, held: { archives: 20, activeUsers: 40, share: 50 } });
  expect(await product.cli('check', 'checked', wrong, '--out', out)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/3: 1 unchanged, 2 rejected[^]*written to/),
    stderr: expect.stringMatching(/^error: 2 of 3 records would be rejected\./),
  });
  expect(await product.cli('check', 'checked', product.file('checked/refused.csv', 'uniq_id\r\n1\r\n'))).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^error: The file would be refused: HEADER_MISSING\./),
  });
  expect(await product.cli('check', 'checked', `${wrong}.not-there`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot be read'),
  });
  expect(await users('checked')).toEqual(before);

  // The failed records, dropped as they are, fail the same.
  const failed = await product.importFile('checked', out, 'failed.csv');
  expect(failed).toMatchObject({ outcome: 'imported-with-failures', counts: { records: 2, rejected: 2 } });
});
