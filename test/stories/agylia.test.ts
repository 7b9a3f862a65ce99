// An Agylia client from its first login on: the upload stays where it is, each version of it is imported once, and every import is
// answered by a status report, a log and an e-mail.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { openToOthers } from '../support/open-to-others';
import { Product, until, type ImportItem } from '../support/product';

const HEADER = 'username,forename,surname,mail,groups,active\n';
const FIRST = `${HEADER}ana,Ana,López,ana@learn.example,Staff;Sales,1\nben,Ben,Ng,not an address,Staff,1\n`;
const SECOND = `${HEADER}ana,Anna,López,ana@learn.example,sales;STAFF;Night,1\n`;

const product = new Product();
let imported: ImportItem;
const umask = process.umask();
beforeAll(async () => {
  // As most systems have it.
  process.umask(0o022);
  await product.up();
  await product.addClient('learn', '--profile', 'agylia');
  await upload('first.csv', FIRST);
  imported = await scan();
}, 900_000);
afterAll(async () => {
  process.umask(umask);
  await product.end();
});

const inFolder = (...names: string[]) => path.join(product.data, 'clients/learn', ...names);
const files = (folder: string) => readdirSync(inFolder(folder)).toSorted();
const log = () => readFileSync(inFolder('log/user-import.log'), 'utf8').trimEnd().split('\n');

async function upload(name: string, content: string): Promise<void> {
  const put = await product.sftp('learn', `put ${product.file(name, content)} /uploads/user-import.csv`);
  expect([put.code, put.stderr]).toEqual([0, expect.not.stringContaining('denied')]);
}

/** As the schedule does at midnight: asked for again while the upload has not been quiet for long enough. */
async function scan(): Promise<ImportItem> {
  const known = new Set((await product.imports('learn')).map(({ importId }) => importId));
  const isNew = ({ importId }: ImportItem) => !known.has(importId);
  await until('the scan has found the new version', async () => {
    await product.cli('scan', 'learn');
    return (await product.imports('learn')).find(isNew);
  });
  return product.rest('learn', isNew);
}

test('the client is told record by record what became of its file, and the file stays', async () => {
  expect(imported).toMatchObject({
    importId: 'learn-1',
    fileName: 'user-import.csv',
    outcome: 'imported-with-failures',
    counts: { records: 2, created: 1, rejected: 1 },
    report: 'sent',
    backup: null,
  });
  expect(readFileSync(inFolder('uploads/user-import.csv'), 'utf8')).toBe(FIRST);
  expect(readdirSync(inFolder()).toSorted()).toEqual(['log', 'reports', 'tmp', 'uploads']);

  const [report] = files('reports');
  const text = readFileSync(inFolder('reports', report!), 'utf8');
  expect(report).toMatch(/^\d{8}T\d{6}Z-learn-1\.csv$/);
  expect(text.split('\r\n').slice(1, 3)).toEqual([
    '2,ana,success,,,',
    '3,ben,failure,9033,mail,"mail is not a valid e-mail address, such as name@example.org; correct it."',
  ]);

  const [mail, ...others] = await product.mails('it@learn.example');
  expect(others).toEqual([]);
  expect(mail?.subject).toBe('User Import Status Report: some records failed');
  expect(mail?.text).not.toMatch(/\.bak|SFTP/);
  expect(mail?.attachments.map(({ filename }) => filename)).toEqual(['learn-1-status-report.csv']);
  expect(Buffer.from(mail!.attachments[0]!.content as ArrayBuffer).toString('utf8')).toBe(text);
});

test('the users are there, in groups that were made for them', async () => {
  const db = await product.db();
  expect(await db.collection('users').findOne({ _id: 'learn/ana' as never })).toMatchObject({
    firstName: 'Ana',
    lastName: 'López',
    email: 'ana@learn.example',
    groups: 'Sales;Staff',
  });
  expect((await db.collection('groups').find({ clientId: 'learn' }).toArray()).map(({ name }) => name as unknown)).toEqual(
    expect.arrayContaining(['Sales', 'Staff']),
  );
});

test('the log tells each step, and nothing of anybody', () => {
  const steps = log().map((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z learn-1 ([^:]+)/.exec(line)?.[1]);
  expect(steps).toEqual(['found', 'started', 'read', 'ended', 'report', 'e-mail']);
  expect(log().join('\n')).not.toMatch(/ana|ben|learn\.example/i);
});

test('the same version is a line in the log and no import, until its hash file is removed', async () => {
  const [sha1] = files('tmp');
  await upload('same.csv', FIRST);
  await until('the log says that it was skipped', async () => {
    await product.cli('scan', 'learn');
    return log().find((line) =>
      line.endsWith(` - skipped: this version was taken before, as learn-1; delete /tmp/${sha1!} to import it again`),
    );
  });
  expect(await product.imports('learn')).toHaveLength(1);

  expect((await product.sftp('learn', 'rm /tmp/*')).code).toBe(0);
  expect(await scan()).toMatchObject({ sameAs: 'learn-1', counts: { unchanged: 1, rejected: 1 }, report: 'sent' });
});

test('a new version is imported, and commands speak of this client as of any other', async () => {
  await upload('second.csv', SECOND);
  const third = await scan();
  expect(third).toMatchObject({ outcome: 'imported', counts: { records: 1, updated: 1 }, report: 'sent' });
  expect((await (await product.db()).collection('users').findOne({ _id: 'learn/ana' as never }))?.['groups']).toBe('Night;Sales;Staff');
  expect(files('tmp')).toHaveLength(2);
  expect(files('reports')).toHaveLength(3);
  expect((await product.mails('it@learn.example')).map(({ subject }) => subject).at(-1)).toBe(
    'User Import Status Report: all records imported',
  );

  expect((await product.cli('template', 'learn')).stdout.trim()).toBe('username,forename,surname,mail,groups,active');
  expect((await product.cli('show', third.importId)).stdout).toContain('Status report');
  expect(await product.json('check', 'learn', product.file('check.csv', SECOND))).toMatchObject({ counts: { unchanged: 1 } });
  expect((await product.cli('client', 'set', 'learn', 'profile=opscom')).stderr).toContain('profile cannot be changed');
  expect((await product.cli('rejected', 'learn-1', '--csv')).stdout).toContain('not an address');
  expect((await product.cli('doctor')).stdout).not.toMatch(/learn.*(broken|missing)/i);
});

test('nothing that was written can be read by anybody but its own user', () => {
  expect(openToOthers(product.data)).toEqual([]);
});
