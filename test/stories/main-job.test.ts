// The main job on the sample files, as a client, an operator and a database reader see it.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Email } from 'postal-mime';
import { openToOthers } from '../support/open-to-others';
import { Product, until, type ImportItem } from '../support/product';

const samples = path.join(__dirname, '../samples/opscom');
interface Expected {
  readonly outcome: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly rejected?: Readonly<Record<string, readonly string[]>>;
}
const expected = JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')) as Readonly<Record<string, Expected>> & {
  readonly permits: readonly { number: string; status: string; holder: string; after: { status: string; holder: string | null } }[];
  readonly files: Readonly<Record<string, { outcome: string; says?: readonly string[]; created?: number; rejected?: number }>>;
};
const sample = (name: string) => path.join(samples, name);

const product = new Product();
let first: ImportItem;
let second: ImportItem;
let mails: readonly Email[];

const umask = process.umask();
beforeAll(async () => {
  // Started by something that forbids nothing: what is written has to be kept from others all the same.
  process.umask(0);
  await product.up();
  await product.addClient('acme', '--archive-on-inactive', '--login-source', 'OPSCOM', '--login-source', 'SAML');
  first = await product.importFile('acme', sample('01-first-load.csv'));
  await (await product.db()).collection('permits').insertMany(
    expected.permits.map(({ number, status, holder }) => ({
      _id: `acme/${number}` as never,
      clientId: 'acme',
      number,
      status,
      holder: `acme/${holder}`,
    })),
  );
  second = await product.importFile('acme', sample('02-changes-and-failures.csv'));
  mails = await product.mails('it@acme.example');
}, 900_000);
afterAll(async () => {
  process.umask(umask);
  await product.end();
});

const user = async (uniqueId: string) => (await product.db()).collection('users').findOne({ _id: `acme/${uniqueId}` as never });

describe('a first load', () => {
  it('creates every user, with ids as text', async () => {
    expect(first).toMatchObject({ state: 'finished', outcome: 'imported', attempts: 1, counts: expected['01-first-load.csv']!.counts });
    expect(await (await product.db()).collection('users').countDocuments({ clientId: 'acme', 'created.importId': first.importId })).toBe(
      12,
    );
    expect([(await user('000123'))?.['uniqueId'], (await user('0E12'))?.['uniqueId']]).toEqual(['000123', '0E12']);
    expect((await user('1005'))?.['loginSource']).toBe('SAML');
    expect((await user('1005'))?.['province']).toBe('QC');
  });

  it('leaves the bytes as they were in .bak, and a receipt', async () => {
    const local = path.join(product.dir, 'back');
    const got = await product.sftp('acme', `get .bak/01-first-load.csv ${local}.csv`, `get .bak/01-first-load.result.json ${local}.json`);
    expect(got.code).toBe(0);
    expect(readFileSync(`${local}.csv`)).toEqual(readFileSync(sample('01-first-load.csv')));
    expect(JSON.parse(readFileSync(`${local}.json`, 'utf8'))).toMatchObject({
      importId: first.importId,
      outcome: 'imported',
      counts: expected['01-first-load.csv']!.counts,
      sha256: createHash('sha256')
        .update(readFileSync(sample('01-first-load.csv')))
        .digest('hex'),
    });
  });
});

describe('a file with changes and failures', () => {
  it('counts what became of every record', () => {
    expect(second).toMatchObject({
      state: 'finished',
      outcome: 'imported-with-failures',
      report: 'sent',
      counts: expected['02-changes-and-failures.csv']!.counts,
    });
  });

  it('archives the user who left and releases the active permit, and no other', async () => {
    expect((await user('1003'))?.['status']).toBe('archived');
    for (const { number, after } of expected.permits) {
      const permit = await (await product.db()).collection('permits').findOne({ _id: `acme/${number}` as never });
      expect([number, permit?.['status'], permit?.['holder']]).toEqual([
        number,
        after.status,
        after.holder === null ? null : `acme/${after.holder}`,
      ]);
    }
  });

  it('lets two users swap their user names, and one take an address that another gives up', async () => {
    expect([(await user('1007'))?.['userName'], (await user('1008'))?.['userName']]).toEqual(['parking2', 'parking1']);
    expect([(await user('1016'))?.['email'], (await user('1006'))?.['email']]).toEqual(['farid@example.edu', 'farid.haddad@example.edu']);
  });

  it('keeps the stored value where the cell is blank', async () => {
    expect((await user('1010'))?.['email']).toBe('jo.li@example.edu');
  });

  it('sends one e-mail, from the administrator, with every failed record and every reason', () => {
    expect(mails).toHaveLength(1);
    const [mail] = mails;
    expect(mail).toMatchObject({ subject: 'CSV Import Failed Records', from: { address: 'admin@parking.example' } });
    expect(mail!.messageId).toContain(second.importId);
    expect(mail!.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-generated');
    expect(mail!.attachments.map(({ filename }) => filename)).toEqual(['02-changes-and-failures-failed-records.csv']);
    const rows = parse(Buffer.from(mail!.attachments[0]!.content as ArrayBuffer), { bom: true, columns: true }) as Record<string, string>[];
    const codes = Object.fromEntries(rows.map((row) => [row['source_line'], row['error_code']!.split(' | ').sort()]));
    expect(codes).toEqual(expected['02-changes-and-failures.csv']!.rejected);
    const header = readFileSync(sample('02-changes-and-failures.csv'), 'utf8').split('\r\n')[0]!.split(',');
    expect(Object.keys(rows[0]!)).toEqual([...header, 'error_code', 'error_field', 'error_reason', 'source_line']);
    expect(rows.flatMap((row) => header.map((name) => row[name]!)).filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([]);
  });

  it('tells support the same on the command line', async () => {
    const rejected = await product.json<{ line: number; uniqueId: string; reasons: { code: string; message: string }[] }[]>(
      'rejected',
      second.importId,
    );
    expect(Object.fromEntries(rejected.map(({ line, reasons }) => [line, reasons.map(({ code }) => code).sort()]))).toEqual(
      expected['02-changes-and-failures.csv']!.rejected,
    );
  });

  it('imports the same bytes again, says so, and does not repeat the e-mail', async () => {
    const again = await product.importFile('acme', sample('02-changes-and-failures.csv'), 'same-bytes.csv');
    expect(again).toMatchObject({ sameAs: second.importId, report: 'not-repeated', counts: expected['the same bytes again']!.counts });
    expect(await product.mails('it@acme.example')).toHaveLength(1);
  });
});

describe.each(Object.entries(expected.files))('%s', (name, { outcome, says = [], created, rejected }) => {
  it(`is ${outcome}`, async () => {
    const before = (await product.mails('it@acme.example')).length;
    const item = await product.importFile('acme', sample(name));
    expect(item.outcome).toBe(outcome);
    if (created !== undefined) expect(item.counts['created']).toBe(created);
    if (rejected !== undefined) expect(item.counts['rejected']).toBe(rejected);
    for (const word of says) expect(JSON.stringify(item.refusal)).toContain(word);
    const isMailed = outcome !== 'imported';
    await until('the e-mail', async () => (await product.mails('it@acme.example')).length === before + (isMailed ? 1 : 0));
  });
});

it('has written nothing that anybody but its own user can read', () => {
  expect(readdirSync(product.data).toSorted()).toEqual(['clients', 'keys', 'mail', 'mongo', 'run', 'temporal', 'uploads', 'work']);
  expect(openToOthers(product.data)).toEqual([]);
});

it('ends with exit code 0 when it is asked to end', async () => {
  expect(await product.down()).toBe(0);
});
