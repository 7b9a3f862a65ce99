// The client's folder as its uploader sees it: what is imported, in which order, what is left
// alone, and where a file is found again.

import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { Product, sleep, until, type ImportItem } from '../support/product';

const HEADER = 'unique_id,login_source,first_name,last_name,email,province,phone_cell';
const csv = (...rows: readonly string[]) => `${[HEADER, ...rows].join('\r\n')}\r\n`;
const person = (id: string, firstName = 'Ann') => `${id},OPSCOM,${firstName},Lee,${id}@example.edu,ON,`;

const product = new Product();
beforeAll(() => product.up(), 900_000);
afterAll(() => product.end());

const user = async (userId: string) => (await product.db()).collection('users').findOne({ _id: userId as never });
const names = (items: readonly ImportItem[]) => items.map(({ fileName }) => fileName).toReversed();
const put = async (client: string, content: string | Buffer, remote: string) => {
  const { code, stderr } = await product.sftp(client, `put "${product.file(`${client}/${remote}`, content)}" "${remote}"`);
  if (code !== 0) throw new Error(stderr);
};
const look = async (client: string, folder: string) =>
  (await product.sftp(client, `ls -1 ${folder}`)).stdout
    .split('\n')
    .map((line) => line.trim().replace(/^.*\//, ''))
    .filter((line) => line !== '' && !line.startsWith('sftp>'));
const finished = (client: string, count: number) =>
  until(`${count} imports of ${client} to be finished`, async () => {
    const items = await product.imports(client);
    return items.length >= count && items.every(({ state }) => state === 'finished') && items;
  });
/** A client whose files wait for `imports scan`. */
const patientClient = async (name: string) => {
  await product.addClient(name);
  expect((await product.cli('client', 'set', name, 'startOnUpload=false', 'schedule=1h')).code).toBe(0);
};
const quiet = () => sleep(1_500);

it('files are imported oldest first, whatever their names, one after the other', async () => {
  await patientClient('order');
  for (const name of ['c', 'a', 'b']) await put('order', csv(person('1', `from-${name}`)), `${name}.csv`);
  // At once: the last file is not quiet yet, and the next tick is an hour away.
  expect((await product.cli('scan', 'order')).code).toBe(0);
  const items = (await finished('order', 3)) as (ImportItem & { readonly startedAt: string; readonly finishedAt: string })[];
  expect(names(items)).toEqual(['c.csv', 'a.csv', 'b.csv']);
  expect((await user('order/1'))?.['firstName']).toBe('from-b');
  const [b, a, c] = items;
  expect(a!.startedAt >= c!.finishedAt && b!.startedAt >= a!.finishedAt).toBe(true);
});

it('two clients with the same file name, ids and e-mails do not meet', async () => {
  await product.addClient('east');
  await product.addClient('west');
  const bad = '9,OPSCOM,Bea,Roy,bea@example.edu,Ontario,';
  await Promise.all([put('east', csv(person('1', 'Eve')), 'users.csv'), put('west', csv(person('1', 'Wes'), bad), 'users.csv')]);
  const [[east], [west]] = await Promise.all([finished('east', 1), finished('west', 1)]);
  expect([east!.outcome, west!.outcome]).toEqual(['imported', 'imported-with-failures']);
  expect([(await user('east/1'))?.['firstName'], (await user('west/1'))?.['firstName']]).toEqual(['Eve', 'Wes']);
  expect([await product.mails('it@east.example'), await product.mails('it@west.example')].map((mails) => mails.length)).toEqual([0, 1]);
  expect(await look('east', '.bak')).toEqual(['users.csv', 'users.result.json']);
  expect(await look('west', '.bak')).toEqual(['users.csv', 'users.failed.csv', 'users.result.json']);
});

it('a temporary name is never imported; renaming it to .csv imports it', async () => {
  await product.addClient('tmp');
  for (const name of ['new.csv.part', 'new.csv.filepart', '~new.csv', 'new.tmp']) await put('tmp', csv(person('1')), name);
  await quiet();
  await product.cli('scan', 'tmp');
  await quiet();
  expect(await product.imports('tmp')).toEqual([]);
  expect((await product.sftp('tmp', 'rename new.csv.part new.csv')).code).toBe(0);
  expect(names(await finished('tmp', 1))).toEqual(['new.csv']);
  expect(await look('tmp', '/')).toEqual(['new.csv.filepart', 'new.tmp', '~new.csv']);
});

it('a new upload of the same name during an import is an import of its own, and .bak keeps both files', async () => {
  await product.addClient('again');
  const first = csv(...Array.from({ length: 40_000 }, (_, i) => person(`${i}`, 'Old')));
  const second = csv(person('7', 'New'));
  await put('again', first, 'users.csv');
  // In the database, because the command line takes longer to start than an import to be done.
  const runs = (await product.db()).collection('imports');
  await until(
    'the first import to be at work',
    async () => (await runs.countDocuments({ clientId: 'again', startedAt: { $ne: null } })) === 1,
  );
  await put('again', second, 'users.csv');
  const items = await finished('again', 2);
  expect(items.map(({ counts }) => counts['records'])).toEqual([1, 40_000]);
  expect((await user('again/7'))?.['firstName']).toBe('New');
  const [dated, own] = items.map(({ backup }) => backup!.replace('.bak/', ''));
  expect(own).toBe('users.csv');
  expect(dated).toMatch(/^users\.\d{8}T\d{6}Z\.csv$/);
  const fetched = `${product.dir}/fetched`;
  await product.sftp('again', `get .bak/${own} ${fetched}-first`, `get .bak/${dated} ${fetched}-second`);
  expect(readFileSync(`${fetched}-first`, 'utf8')).toBe(first);
  expect(readFileSync(`${fetched}-second`, 'utf8')).toBe(second);
  expect(await look('again', '.bak')).toHaveLength(4);
});

it.each([
  ['users.xlsx', Buffer.from('504b0304140006000800', 'hex')],
  ['zipped.csv', Buffer.concat([Buffer.from('504b0304140006000800', 'hex'), Buffer.alloc(64)])],
])('%s is refused with an e-mail that says what to send, and is not left lying', async (name, content) => {
  const client = name.slice(0, 5);
  await product.addClient(client);
  await put(client, content, name);
  const [item] = await finished(client, 1);
  expect(item).toMatchObject({ outcome: 'refused', refusal: { code: 'NOT_CSV' }, report: 'sent' });
  const [mail] = await product.mails(`it@${client}.example`);
  expect(mail?.subject).toBe('CSV Import Failed Records');
  expect(mail?.text?.replaceAll(/\s+/g, ' ')).toContain('save it as CSV');
  expect(await look(client, '/')).toEqual([]);
  expect(await look(client, '.bak')).toContain(name);
});

it('a file of a client that waits for its schedule is found at the next tick, and one that comes later at the one after that', async () => {
  await product.addClient('timed');
  expect((await product.cli('client', 'set', 'timed', 'startOnUpload=false', 'schedule=1m')).code).toBe(0);
  for (const n of [1, 2]) {
    await put('timed', csv(person(String(n))), `${n}.csv`);
    await finished('timed', n);
  }
  expect(names(await product.imports('timed'))).toEqual(['1.csv', '2.csv']);
}, 300_000);

it('the uploads of a paused client are taken and left alone, `imports scan` says so, and resume takes them up', async () => {
  await product.addClient('paused');
  expect((await product.cli('client', 'pause', 'paused', '--reason', 'audit')).code).toBe(0);
  await put('paused', csv(person('1')), 'users.csv');
  await quiet();
  const refused = await product.cli('scan', 'paused');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('(audit)')]);
  await quiet();
  expect([await product.imports('paused'), await look('paused', '/')]).toEqual([[], ['users.csv']]);
  expect((await product.cli('client', 'resume', 'paused', '--reason', 'audited')).code).toBe(0);
  expect(names(await finished('paused', 1))).toEqual(['users.csv']);
});

it('a file of a disabled client waits until the client is enabled', async () => {
  await patientClient('off');
  await put('off', csv(person('1')), 'users.csv');
  expect((await product.cli('client', 'disable', 'off')).code).toBe(0);
  await quiet();
  const refused = await product.cli('scan', 'off');
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('disabled')]);
  expect((await product.sftp('off', 'ls')).code).not.toBe(0);
  expect((await product.cli('client', 'enable', 'off')).code).toBe(0);
  expect((await product.cli('scan', 'off')).code).toBe(0);
  expect(names(await finished('off', 1))).toEqual(['users.csv']);
});

it('the failed records of the e-mail, corrected and dropped back as they are, import with the values first sent', async () => {
  await product.addClient('cured');
  await put(
    'cured',
    csv('1,OPSCOM,=Ann,"-Lee, Jr",ann@example.edu,Ontario,+1 613 555 0100', "2,OPSCOM,'=Bo,Roy,bo@example.edu,Quebec,"),
    'u.csv',
  );
  const [first] = await finished('cured', 1);
  expect(first).toMatchObject({ outcome: 'imported-with-failures', counts: { created: 0, rejected: 2 } });
  const [mail] = await product.mails('it@cured.example');
  const attachment = mail!.attachments[0]!;
  const rows = parse(Buffer.from(attachment.content as ArrayBuffer), { bom: true, columns: true }) as Record<string, string>[];
  expect(rows.flatMap((row) => HEADER.split(',').map((name) => row[name]!)).filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);

  const corrected = rows.map((row) => ({ ...row, province: row['province'] === 'Ontario' ? 'ON' : 'QC' }));
  await put('cured', stringify(corrected, { header: true, bom: true }), attachment.filename!);
  const [second] = await finished('cured', 2);
  expect(second).toMatchObject({ outcome: 'imported', counts: { created: 2, rejected: 0 } });
  expect(await user('cured/1')).toMatchObject({ firstName: '=Ann', lastName: '-Lee, Jr', phoneCell: '+1 613 555 0100', province: 'ON' });
  expect(await user('cured/2')).toMatchObject({ firstName: "'=Bo", province: 'QC' });
  expect(await product.mails('it@cured.example')).toHaveLength(1);
});
