// What undoing an import does to users and permits, over the real adapters: everything the import did is taken back, and nothing that
// anybody else did since.

import { parseImportId, type ClientId, type ImportId } from '../../src/domain/ids';
import { ENDED_FROM_OUTSIDE } from '../../src/domain/import-run';
import { ImportsError } from '../../src/errors';
import type { Message } from '../../src/domain/report/compose-mail';
import type { LeftAlone } from '../../src/domain/undo/undo';
import { claim, runImport, startWorld, stepsOver, type World, putInto } from '../support/in-process-import';
import { leftBy, undo } from '../support/in-process-undo';

let world: World;
let clients = 0;
let acme: ClientId;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  acme = await world.addClient(`acme-${++clients}x`, { archiveOnInactive: true, reactivateOnActive: true });
});

const HEADER = 'unique_id,login_source,first_name,user_name,email,street,active';
/** Drops a file of these rows and imports it. */
async function load(...rows: string[]): Promise<ImportId> {
  await world.drop(acme, 'users.csv', [HEADER, ...rows, ''].join('\n'));
  const [run] = await world.importAll(acme);
  expect(run).toMatchObject({ state: 'finished', counts: { rejected: 0 } });
  return run!.importId;
}
const user = (uniqueId: string) => world.db.collection('users').findOne({ _id: `${acme}/${uniqueId}` as never });
const change = (uniqueId: string, $set: object, $inc?: { rev: number }) =>
  world.db
    .collection<{ rev: number }>('users')
    .updateOne({ _id: `${acme}/${uniqueId}` as never }, { $set, ...($inc !== undefined && { $inc }) });
const permit = (number: string) => world.db.collection('permits').findOne({ _id: `${acme}/${number}` as never });
const issue = (number: string, holder: string) =>
  world.db
    .collection('permits')
    .insertOne({ _id: `${acme}/${number}` as never, clientId: acme, number, status: 'active', holder: `${acme}/${holder}` });
const facts = async (importId: ImportId) => (await world.ports.undos.find(importId))!;
const whyLeft = async (importId: ImportId) =>
  (await leftBy(world.ports, importId)).map(({ userId, permit: number, why, by }: LeftAlone) => ({
    id: number ?? userId.slice(userId.indexOf('/') + 1),
    why,
    by,
  }));
/** What a user is to everybody: without marks of imports, revisions and times. */
async function plain(uniqueId: string) {
  const marks = new Set(['rev', 'imported', 'created', 'archived', 'undone', 'updatedAt']);
  return Object.fromEntries(Object.entries((await user(uniqueId))!).filter(([name]) => !marks.has(name)));
}

describe('a user that the import changed', () => {
  test('has its former values, blanks, e-mail and user name again, and the stamp of who was there before', async () => {
    const first = await load('1,OPSCOM,Ann,ann,ann@x.org,,');
    const before = await plain('1');
    const second = await load('1,OPSCOM,Anna,anna,anna@x.org,Main St,');
    await undo(world, second);
    expect(await plain('1')).toEqual(before);
    expect(await user('1')).toMatchObject({ imported: { importId: first }, undone: { importId: second } });
    expect(await facts(second)).toMatchObject({ counts: { restored: 1, usersLeft: 0 } });
    expect(await world.ports.imports.find(second)).toMatchObject({ state: 'undone', outcome: 'imported' });
    expect(await load('2,OPSCOM,Bob,anna,anna@x.org,,')).toBeDefined();
  });

  test('archived, is active again and has those of its permits that are still free', async () => {
    await load('1,OPSCOM,Ann,,,,');
    await Promise.all([issue('P1', '1'), issue('P2', '1'), issue('P3', '1')]);
    const second = await load('1,OPSCOM,Ann,,,,0');
    await world.db.collection('permits').updateOne({ _id: `${acme}/P2` as never }, { $set: { holder: `${acme}/7`, status: 'active' } });
    await world.db.collection('permits').deleteOne({ _id: `${acme}/P3` as never });
    await undo(world, second);
    expect(await user('1')).toMatchObject({ status: 'active' });
    expect(await user('1')).not.toHaveProperty('archived');
    expect(await permit('P1')).toEqual({
      _id: `${acme}/P1`,
      clientId: acme,
      number: 'P1',
      status: 'active',
      holder: `${acme}/1`,
      returned: { importId: second, at: expect.any(Date) },
    });
    expect(await permit('P2')).toMatchObject({ holder: `${acme}/7`, status: 'active' });
    expect(await facts(second)).toMatchObject({ counts: { madeActive: 1, permitsReturned: 1, permitsLeft: 2 } });
    expect(await whyLeft(second)).toEqual([
      { id: 'P2', why: 'PERMIT_NOT_FREE', by: null },
      { id: `${acme}/P3`, why: 'PERMIT_GONE', by: null },
    ]);
  });

  test('reactivated, is archived again with the mark of who had archived it', async () => {
    await load('1,OPSCOM,Ann,,,,');
    const second = await load('1,OPSCOM,Ann,,,,0');
    const third = await load('1,OPSCOM,Ann,,,,1');
    await undo(world, third);
    expect(await user('1')).toMatchObject({ status: 'archived', archived: { importId: second } });
    expect(await facts(third)).toMatchObject({ counts: { archivedAgain: 1 } });
  });

  test('that was archived before keeps its permit released, because it is not active', async () => {
    await load('1,OPSCOM,Ann,,,,');
    await load('1,OPSCOM,Ann,,,,0');
    await issue('P1', '1');
    const third = await load('1,OPSCOM,Ann,,,,0');
    await undo(world, third);
    expect(await permit('P1')).toMatchObject({ holder: null, status: 'available' });
    expect(await whyLeft(third)).toEqual([{ id: 'P1', why: 'HOLDER_NOT_ACTIVE', by: null }]);
  });
});

describe('a user that the import created', () => {
  test('is archived as undone and gives up e-mail and user name to whom they belong', async () => {
    const first = await load('1,OPSCOM,Ann,ann,ann@x.org,Main St,');
    await issue('P1', '1');
    await undo(world, first);
    expect(await user('1')).toMatchObject({
      status: 'archived',
      archived: { importId: first, undone: true },
      created: { importId: first, gaveUp: { email: 'ann@x.org', userName: 'ann' } },
      firstName: 'Ann',
      street: 'Main St',
    });
    for (const gone of ['email', 'emailKey', 'userName', 'userNameKey']) expect(await user('1')).not.toHaveProperty(gone);
    expect(await facts(first)).toMatchObject({ counts: { archived: 1, restored: 0 } });
    await load('01,OPSCOM,Ann,ann,ann@x.org,,');
  });

  test('is active again when a later file names it, even where files may not reactivate', async () => {
    await world.ports.clients.setSettings(acme, { ...(await world.ports.clients.find(acme))!.settings, reactivateOnActive: false });
    const row = '1,OPSCOM,Ann,ann,ann@x.org,,';
    await undo(world, await load(row));
    await load(row);
    expect(await user('1')).toMatchObject({ status: 'active', email: 'ann@x.org', userName: 'ann' });
    expect(await user('1')).not.toHaveProperty('archived');
  });

  test('undone, revived and undone again, is archived as undone', async () => {
    const row = '1,OPSCOM,Ann,ann,ann@x.org,,';
    const first = await load(row);
    await undo(world, first);
    await undo(world, await load(row));
    expect(await user('1')).toMatchObject({ status: 'archived', archived: { importId: first, undone: true } });
    expect(await user('1')).not.toHaveProperty('email');
  });
});

describe('e-mails and user names', () => {
  test('that two users had swapped are swapped back', async () => {
    await load('1,OPSCOM,Ann,ann,ann@x.org,,', '2,OPSCOM,Bob,bob,bob@x.org,,');
    const before = [await plain('1'), await plain('2')];
    const second = await load('1,OPSCOM,Ann,bob,bob@x.org,,', '2,OPSCOM,Bob,ann,ann@x.org,,');
    await undo(world, second);
    expect([await plain('1'), await plain('2')]).toEqual(before);
    expect(await facts(second)).toMatchObject({ counts: { restored: 2, usersLeft: 0 } });
  });

  test('that went along a chain to a new user go back', async () => {
    await load('1,OPSCOM,Ann,a,,,', '2,OPSCOM,Bob,b,,,');
    const second = await load('1,OPSCOM,Ann,c,,,', '2,OPSCOM,Bob,a,,,', '3,OPSCOM,Cy,b,,,');
    await undo(world, second);
    expect([await user('1'), await user('2')]).toMatchObject([{ userName: 'a' }, { userName: 'b' }]);
    expect(await user('3')).not.toHaveProperty('userName');
  });

  test.each([
    ['e-mail', '1,OPSCOM,Ann,,new@x.org,,', '9,OPSCOM,Eve,,ANN@x.org,,', 'EMAIL_TAKEN'],
    ['user name', '1,OPSCOM,Ann,new,,,', '9,OPSCOM,Eve,ann,,,', 'USER_NAME_TAKEN'],
  ])('%s that somebody else took since stays theirs, and the user is left whole', async (_, changed, taker, why) => {
    await load('1,OPSCOM,Ann,ann,ann@x.org,,');
    const second = await load(changed.replace('Ann', 'Anna'));
    const before = await user('1');
    await load(taker);
    await undo(world, second);
    expect(await user('1')).toEqual(before);
    expect(await whyLeft(second)).toEqual([{ id: '1', why, by: null }]);
  });
});

describe('a user that somebody changed since is left as it is and listed', () => {
  const others: readonly (readonly [who: string, act: () => Promise<unknown>, why: string])[] = [
    ['another import', () => load('1,OPSCOM,Ann,,,Side St,'), 'CHANGED_BY_IMPORT'],
    ['an application that counts revisions', () => change('1', { city: 'Ottawa' }, { rev: 1 }), 'CHANGED_SINCE'],
    ['an application that does not count revisions', () => change('1', { firstName: 'Annie' }), 'CHANGED_SINCE'],
    [
      'an application that removed a value',
      () => world.db.collection('users').updateOne({ _id: `${acme}/1` as never }, { $unset: { firstName: '' } }),
      'CHANGED_SINCE',
    ],
    [
      'an application that replaced the whole user',
      () => world.db.collection('users').replaceOne({ _id: `${acme}/1` as never }, { clientId: acme, firstName: 'Zoe' }),
      'CHANGED_SINCE',
    ],
  ];
  test.each(others)('by %s', async (_, act, why) => {
    await load('1,OPSCOM,Ann,,,,', '2,OPSCOM,Bob,,,,');
    const second = await load('1,OPSCOM,Anna,,,,', '2,OPSCOM,Bobby,,,,');
    await act();
    const before = await user('1');
    await undo(world, second);
    expect(await user('1')).toEqual(before);
    expect(await user('2')).toMatchObject({ firstName: 'Bob' });
    expect(await whyLeft(second)).toEqual([{ id: '1', why, by: why === 'CHANGED_BY_IMPORT' ? expect.stringContaining(acme) : null }]);
  });

  test.each([
    ['archived', '0', '1'],
    ['made active again', '1', '0'],
  ])('that the import had %s, by an application that gave it a status of its own', async (_, active, before) => {
    await load('1,OPSCOM,Ann,,,,');
    if (before === '0') await load('1,OPSCOM,Ann,,,,0');
    const second = await load(`1,OPSCOM,Ann,,,,${active}`);
    await change('1', { status: 'suspended' });
    const changed = await user('1');
    await undo(world, second);
    expect(await user('1')).toEqual(changed);
    expect(await whyLeft(second)).toEqual([{ id: '1', why: 'CHANGED_SINCE', by: null }]);
  });

  test('because it is gone', async () => {
    await load('1,OPSCOM,Ann,,,,');
    const second = await load('1,OPSCOM,Anna,,,,');
    await world.db.collection('users').deleteOne({ _id: `${acme}/1` as never });
    await undo(world, second);
    expect(await whyLeft(second)).toEqual([{ id: '1', why: 'USER_GONE', by: null }]);
  });

  test.each([
    ['that another import changed', () => load('1,OPSCOM,Anna,,,,')],
    ['that an application changed', () => change('1', { city: 'Ottawa' }, { rev: 1 })],
    ['that an application archived', () => change('1', { status: 'archived' })],
    ['that an application gave a status of its own', () => change('1', { status: 'suspended' })],
    ['that an application changed and only told the time', () => change('1', { city: 'Ottawa', updatedAt: new Date(0) })],
  ] as const)('created, %s', async (_, act) => {
    const first = await load('1,OPSCOM,Ann,,,,');
    await act();
    const before = await user('1');
    await undo(world, first);
    expect(await user('1')).toEqual(before);
    expect(await facts(first)).toMatchObject({ counts: { archived: 0, usersLeft: 1 } });
  });
});

describe('several imports', () => {
  test('are undone one after the other, newest first', async () => {
    const first = await load('1,OPSCOM,Ann,ann,,,');
    const second = await load('1,OPSCOM,Anna,anna,,,');
    const third = await load('1,OPSCOM,Anne,anne,,,0');
    await undo(world, third);
    expect(await user('1')).toMatchObject({ firstName: 'Anna', userName: 'anna', status: 'active' });
    await undo(world, second);
    expect(await user('1')).toMatchObject({ firstName: 'Ann', userName: 'ann', status: 'active' });
    await undo(world, first);
    expect(await user('1')).toMatchObject({ status: 'archived', archived: { importId: first, undone: true } });
  });

  test('one that is undone supersedes no older one any more', async () => {
    await load('1,OPSCOM,Ann,,,,');
    await world.drop(acme, 'old.csv', [HEADER, '1,OPSCOM,Old,,,,', ''].join('\n'));
    const [old] = await claim(world.ports, acme);
    await putInto(world, old!.importId, 'failed');
    await undo(world, await load('1,OPSCOM,New,,,,'));
    await runImport(world.ports, old!.importId);
    expect(await user('1')).toMatchObject({ firstName: 'Old' });
  });
});

describe.each([
  ['failed', 'failed', 'the disk is full', 'failed', 'a fault on our side', 'Upload the file again'],
  ['was cancelled', 'cancelled', null, 'cancelled', 'was stopped by the administrator', 'reply to this e-mail'],
  ['was terminated', 'failed', ENDED_FROM_OUTSIDE, 'cancelled', 'was stopped by the administrator', 'reply to this e-mail'],
] as const)('an import that %s half-way', (_, state, failure, because, cause, step) => {
  test('is undone as far as it came; its file goes to .bak with true numbers, and the client is told why', async () => {
    await load('1,OPSCOM,Ann,,,,', '2,OPSCOM,Bob,,,,');
    await world.drop(acme, 'half.csv', [HEADER, '1,OPSCOM,Anna,,,,', '3,OPSCOM,Cy,,,,', '2,OPSCOM,Bobby,,,,', ''].join('\n'));
    const [half] = await claim(world.ports, acme);
    const { importId } = half!;
    const broken = { ...stepsOver(world.ports), backUpFile: () => Promise.reject(new Error('the disk is full')) };
    await expect(runImport(world.ports, importId, broken)).rejects.toThrow('the disk is full');
    await putInto(world, importId, state, { failure });
    await change('2', { city: 'Ottawa' }, { rev: 1 });
    await undo(world, importId);
    expect([await user('1'), await user('3')]).toMatchObject([{ firstName: 'Ann' }, { status: 'archived' }]);
    const undone = { restored: 1, archived: 1, usersLeft: 1 };
    expect(await world.ports.imports.find(importId)).toMatchObject({
      state: 'undone',
      outcome: null,
      report: 'sent',
      failure: null,
      counts: { records: 3, created: 0, updated: 0, unchanged: 0 },
      stopped: { because, undone },
    });
    expect(await world.backups(acme)).toEqual(expect.arrayContaining(['half.csv', 'half.result.json']));
    expect(JSON.parse(await world.readBackup(acme, 'half.result.json'))).toMatchObject({
      outcome: null,
      counts: { records: 3 },
      stopped: { because, undone },
    });
    const text = world.mails
      .filter(({ to }) => to === `it@${acme}.example`)
      .at(-1)!
      .text.replace(/\s+/g, ' ');
    expect(text).toContain(cause);
    expect(text).toContain(
      'The changes already made to 2 users were taken back. 1 user changed by somebody else since then was left alone.',
    );
    expect(text).toContain(step);
    expect(text).not.toContain('No user was changed');
  });
});

/** User 1 is removed after a first attempt that died when it had put down what it was about to replace. */
async function undoneAfterATornAttempt(): Promise<ImportId> {
  const [next] = await claim(world.ports, acme);
  const { importId } = next!;
  const image = { userId: `${acme}/1`, decision: 'update', rev: 1, before: { firstName: 'Ann' }, after: { firstName: 'Anna' }, former: {} };
  await world.db.collection('userChanges').insertOne({ _id: `${importId}/000000002` as never, ...image, at: new Date() });
  await world.db.collection('users').deleteOne({ _id: `${acme}/1` as never });
  await runImport(world.ports, importId, stepsOver(world.ports, 2));
  await undo(world, importId);
  return importId;
}

test('a user who is removed after an attempt that died, and created by the next one, was not changed before', async () => {
  await load('1,OPSCOM,Ann,,,,');
  await world.drop(acme, 'next.csv', [HEADER, '1,OPSCOM,Anna,,,,', ''].join('\n'));
  const importId = await undoneAfterATornAttempt();
  expect((await facts(importId)).counts).toMatchObject({ archived: 1, restored: 0 });
  expect((await world.ports.users.history(`${acme}/1` as never))!.changes).toEqual([]);
});

test('neither was one whose record had to wait for a value that another user gave up', async () => {
  await load('1,OPSCOM,Ann,ann,,,', '2,OPSCOM,Bob,bob,,,');
  await world.drop(acme, 'next.csv', [HEADER, '1,OPSCOM,Anna,bob,,,', '2,OPSCOM,Bob,rob,,,', ''].join('\n'));
  const importId = await undoneAfterATornAttempt();
  expect((await facts(importId)).counts).toMatchObject({ archived: 1, restored: 1, usersLeft: 0 });
  expect((await world.ports.users.history(`${acme}/1` as never))!.changes).toEqual([]);
});

test('a before-image of a write that never happened is no reason to list anybody', async () => {
  await load('1,OPSCOM,Ann,,,,');
  const { importId } = (await world.ports.imports.find(await load('2,OPSCOM,Bob,,,,')))!;
  const { imported } = (await world.ports.users.read([`${acme}/1` as never])).get(`${acme}/1` as never)!;
  await world.db.collection('userChanges').insertOne({
    _id: `${importId}/000000009` as never,
    userId: `${acme}/1`,
    decision: 'update',
    rev: 1,
    before: { firstName: 'Ann' },
    after: { firstName: 'Zoe' },
    former: { imported },
    at: new Date(),
  });
  await undo(world, importId);
  expect(await facts(importId)).toMatchObject({ counts: { restored: 0, usersLeft: 0 } });
  expect(await user('1')).toMatchObject({ firstName: 'Ann', rev: 1 });
});

test('but a user whose former date somebody turned into its text was changed since', async () => {
  await load('1,OPSCOM,Ann,,,,');
  const { importId } = (await world.ports.imports.find(await load('2,OPSCOM,Bob,,,,')))!;
  const { imported } = (await world.ports.users.read([`${acme}/1` as never])).get(`${acme}/1` as never)!;
  const founded = new Date('2026-11-01T08:00:00Z');
  await world.db.collection('userChanges').insertOne({
    _id: `${importId}/000000009` as never,
    userId: `${acme}/1`,
    decision: 'update',
    rev: 1,
    before: { street: founded },
    after: { street: 'King St' },
    former: { imported },
    at: new Date(),
  });
  await change('1', { street: founded.toISOString() });
  await undo(world, importId);
  expect(await whyLeft(importId)).toEqual([{ id: '1', why: 'CHANGED_SINCE', by: null }]);
  await change('1', { street: founded });
  await undo(world, importId);
  expect(await whyLeft(importId)).toEqual([]);
});

test.each([
  ['imported', 'was imported before, as'],
  ['undone', '; that import was undone'],
  ['refused', 'was refused before, as'],
  ['declined', 'was declined before, as'],
] as const)('a file whose content came before as one that was %s is told so', async (became, told) => {
  await world.ports.clients.setSettings(acme, { ...(await world.ports.clients.find(acme))!.settings, report: 'always' });
  const row = '1,OPSCOM,Ann,,,,';
  const first = await load(row);
  if (became === 'undone') await undo(world, first);
  else await world.ports.imports.update(first, { outcome: became });
  const second = await load(row);
  expect(await world.ports.imports.find(second)).toMatchObject({ sameAs: first, sameAsBecame: became });
  expect(world.mails.at(-1)?.text.replace(/\s+/g, ' ')).toContain(told);
});

describe('undone twice', () => {
  test('nothing changes and no second e-mail goes while what stood in the way still does', async () => {
    await load('1,OPSCOM,Ann,,,,', '2,OPSCOM,Bob,,,,');
    await issue('P1', '1');
    const second = await load('1,OPSCOM,Anna,,,,0', '2,OPSCOM,Bobby,,,,', '3,OPSCOM,Cy,,,,');
    await change('2', { city: 'Ottawa' }, { rev: 1 });
    const all = async () => ({
      users: await world.db.collection('users').find({ clientId: acme }).sort({ _id: 1 }).toArray(),
      permits: await world.db.collection('permits').find({ clientId: acme }).toArray(),
      counts: (await facts(second)).counts,
      mails: world.mails.filter(({ subject }) => subject.includes(second)).length,
    });
    await undo(world, second);
    const once = await all();
    expect(once.mails).toBe(1);
    await undo(world, second);
    expect(await all()).toEqual(once);
  });

  test('what was given back once is not given back after the application took it away', async () => {
    await load('1,OPSCOM,Ann,,,,');
    await issue('P1', '1');
    const second = await load('1,OPSCOM,Ann,,,,0');
    await undo(world, second);
    await world.db.collection('permits').updateOne({ _id: `${acme}/P1` as never }, { $set: { holder: null, status: 'available' } });
    await undo(world, second);
    expect(await permit('P1')).toMatchObject({ holder: null, status: 'available' });
  });
});

test('the administrator gets one e-mail with numbers in it, and unique ids only in its attachment', async () => {
  await load('secret-1,OPSCOM,Ann,,,,', 'secret-2,OPSCOM,Bob,,,,');
  const second = await load('secret-1,OPSCOM,Anna,,,,', 'secret-2,OPSCOM,Bobby,,,,');
  await change('secret-2', { city: 'Ottawa' }, { rev: 1 });
  let attached = '';
  const ports = {
    ...world.ports,
    mailer: {
      ...world.ports.mailer,
      async send(message: Message) {
        const { readFile } = await import('node:fs/promises');
        if (message.attachment !== undefined) attached = await readFile(message.attachment.path, 'utf8');
        await world.ports.mailer.send(message);
      },
    },
  };
  await undo(world, second, stepsOver(ports));
  const mail = world.mails.at(-1)!;
  expect(mail).toMatchObject({
    to: 'admin@parking.example',
    subject: `Import ${second} was undone`,
    attachment: { fileName: `${second}-left-as-it-is.csv` },
  });
  expect(mail.text).toMatch(/1 user was left alone/);
  expect(mail.text).toContain('wrong file');
  expect(`${mail.text}${mail.html}`).not.toContain('secret-');
  expect(attached).toBe(
    '\u{feff}unique_id,source_line,permit,reason_code,changed_by,reason\r\n' +
      'secret-2,3,,CHANGED_SINCE,,Somebody changed the user after the import; correct the user by hand where needed.\r\n',
  );
});

test('an e-mail about the undo that the mail server refused says why, and is sent again with all that it carries', async () => {
  await load('1,OPSCOM,Ann,,,,');
  const second = await load('1,OPSCOM,Anna,,,,');
  await change('1', { city: 'Ottawa' }, { rev: 1 });
  const refusing = { ...world.ports.mailer, send: () => Promise.reject(new ImportsError('MAIL_REJECTED', 'Refused for good (550).')) };
  await undo(world, second, stepsOver({ ...world.ports, mailer: refusing }));
  const { undos, outbox } = world.ports;
  expect([(await undos.find(second))?.report, await outbox.whyFailed(second, 'undo')]).toEqual(['failed', 'Refused for good (550).']);
  const before = world.mails.length;

  const steps = stepsOver(world.ports);
  expect(await steps.prepareResend({ importId: second, kind: 'undo' })).toEqual({ isLeft: true });
  expect((await undos.find(second))?.report).toBe('pending');
  expect(await steps.sendUndoReport({ importId: second })).toEqual({ report: 'sent' });
  await steps.closeResend({ importId: second });
  expect(world.mails.slice(before)).toMatchObject([
    { subject: `Import ${second} was undone`, attachment: { fileName: `${second}-left-as-it-is.csv` } },
  ]);
  expect([(await undos.find(second))?.report, await outbox.whyFailed(second, 'undo')]).toEqual(['sent', null]);

  await world.ports.imports.update(second, { expiredAt: new Date() });
  expect(await steps.prepareResend({ importId: second, kind: 'undo' })).toEqual({ isLeft: false });
});

test('an import whose e-mail no mail server has taken yet is undone at once, and the e-mail is not sent any more', async () => {
  await world.drop(acme, 'users.csv', [HEADER, '1,OPSCOM,Ann,,,,', '2,NONE,Bob,,,,', ''].join('\n'));
  const { importId } = (await claim(world.ports, acme))[0]!;
  const counted: unknown[] = [];
  const importEnded = (ended: { readonly outcome: unknown }) => void counted.push(ended.outcome);
  const ports = { ...world.ports, metrics: { ...world.ports.metrics, importEnded } };
  const steps = stepsOver(ports);
  const sendReport: typeof steps.sendReport = async (input) => {
    expect(await world.ports.imports.find(importId)).toMatchObject({ state: 'reporting', report: 'pending' });
    await undo({ ...world, ports }, importId);
    return steps.sendReport(input);
  };
  await runImport(ports, importId, { ...steps, sendReport });
  expect(counted).toEqual(['imported-with-failures']);
  // A try that was on its way meanwhile comes back without success.
  await steps.markReportFailed({ importId });
  expect(await world.ports.imports.find(importId)).toMatchObject({ state: 'undone', outcome: 'imported-with-failures', report: 'none' });
  expect(await user('1')).toMatchObject({ status: 'archived' });
  expect(world.mails.filter(({ to }) => to === `it@${acme}.example`)).toEqual([]);
  expect(await world.backups(acme)).toEqual(['users.csv', 'users.failed.csv', 'users.result.json']);
  expect((await world.ports.files.workFolders()).filter((one) => one.importId === importId)).toEqual([]);
});

test('an import that runs is not undone', async () => {
  const first = await load('1,OPSCOM,Ann,,,,');
  await putInto(world, first, 'applying');
  await expect(undo(world, first)).rejects.toThrow('cannot be undone yet');
  expect(await user('1')).toMatchObject({ status: 'active' });
  expect(parseImportId(first)?.clientId).toBe(acme);
});
