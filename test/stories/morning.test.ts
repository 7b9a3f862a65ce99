// A morning of support: thirty imports of four clients with trouble of every kind, and each question of docs/operations.md, "Every morning",
// answered by the command that the page names. What it prints is kept whole in morning.txt (WRITE_MORNING=1 writes it again; read the
// difference).

import { readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { SMTPServer } from 'smtp-server';
import { Product, until } from '../support/product';

const GOLDEN = path.join(__dirname, 'morning.txt');
const PAGE = readFileSync(path.join(__dirname, '../../docs/operations.md'), 'utf8');
const HEADER = 'unique_id,login_source,first_name,last_name,user_name,email,active';

/** The questions of the page, with their commands, in its order. */
const QUESTIONS = [
  ...PAGE.slice(PAGE.indexOf('## Every morning'), PAGE.indexOf('## A client asks')).matchAll(/^\| "(.+)" \| `(imports .+)` \|$/gm),
].map(([, question, command]) => ({
  question,
  command: command!,
}));

const row = (n: number, change: Partial<Record<'first' | 'user' | 'email' | 'active' | 'source', string>> = {}) =>
  [
    `A${n}`,
    change.source ?? 'OPSCOM',
    change.first ?? 'Ann',
    `Lee${n}`,
    change.user ?? `user${n}`,
    change.email ?? `e${n}@x.example`,
    change.active ?? '1',
  ].join(',');
const csv = (...rows: readonly string[]) => [HEADER, ...rows, ''].join('\r\n');
const all = Array.from({ length: 40 }, (_, n) => n);
const leaving = (from: number, to: number) => csv(...all.map((n) => row(n, { active: n >= from && n < to ? '0' : '1' })));

let product: Product;
let mailServer: SMTPServer;
let temporal: Client;

/** Takes every e-mail but those to an office that has moved. */
async function startMailServer(): Promise<number> {
  mailServer = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onRcptTo: ({ address }, _session, done) =>
      done(address === 'it@north.example' ? Object.assign(new Error('No such mailbox'), { responseCode: 550 }) : null),
    onData: (stream, _session, done) => void stream.resume().once('end', () => done()),
  });
  await new Promise<void>((resolve) => mailServer.listen(0, '127.0.0.1', () => resolve()));
  return (mailServer.server.address() as AddressInfo).port;
}

async function ok(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await product.cli(...args);
  if (code !== 0) throw new Error(`imports ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

async function come(importId: string, ...states: readonly string[]): Promise<void> {
  const imports = (await product.db()).collection('imports');
  await until(`${importId} to be ${states.join(' or ')}`, async () => {
    const run = await imports.findOne({ _id: importId as never });
    return run !== null && states.includes(run['state'] as string) && run['report'] !== 'pending';
  });
}

/** Uploads them one behind the other, and waits until the last has come to rest. */
async function upload(client: string, first: number, ...contents: readonly string[]): Promise<void> {
  const files = contents.map((content, i) => product.file(`${client}/file-${first + i}.csv`, content));
  const { code, stderr } = await product.sftp(client, ...files.map((file) => `put "${file}"`));
  if (code !== 0) throw new Error(stderr);
  for (let i = 0; i < contents.length; i++) await come(`${client}-${first + i}`, 'finished', 'held');
}

async function theNight(): Promise<void> {
  for (const client of ['acme', 'north', 'zenith', 'quiet']) await product.addClient(client, '--archive-on-inactive');
  await upload('acme', 1, csv(...all.map((n) => row(n))));
  const permits = [21, 22].map((n) => ({
    _id: `P${n}` as never,
    clientId: 'acme',
    number: `P${n}`,
    status: 'active',
    holder: `acme/A${n}`,
  }));
  await (await product.db()).collection('permits').insertMany(permits);
  const wrong = [
    row(1, { email: 'not an address' }),
    row(2, { source: 'NONE' }),
    row(3, { email: 'e4@x.example' }),
    row(5, { first: 'Anna' }),
    row(6),
    row(7, { active: 'maybe' }),
  ];
  await upload('acme', 2, csv(row(0, { first: 'Anne' })));
  await upload('acme', 3, csv(...wrong));
  await upload('acme', 4, leaving(0, 15));
  await upload(
    'acme',
    5,
    csv(...all.map((n) => row(n, { active: n > 20 && n < 34 ? '0' : '1', ...(n === 0 && { email: 'new@x.example' }) }))),
  );
  await upload('acme', 6, 'id;name\r\n1;Ann Lee\r\n');
  await upload('acme', 7, csv(row(8, { first: 'Bob' }), row(9, { first: 'Bea' }), row(50)));
  await ok('undo', 'acme-7', '--reason', 'test data');
  await come('acme-7', 'undone');
  await upload('acme', 8, leaving(1, 16));
  await upload('acme', 9, leaving(2, 17));
  await upload('acme', 10, leaving(3, 18));
  await temporal.workflow.getHandle('import/acme-8').terminate('a mistake');
  await temporal.workflow.getHandle('import/acme-9').cancel();
  await come('acme-9', 'cancelled');
  await ok('decline', 'acme-10', '--reason', 'half of them are missing');
  await come('acme-10', 'finished');
  // Sooner than in ten minutes.
  await temporal.schedule.getHandle('standing-pass').trigger();
  await come('acme-8', 'failed');

  await upload('north', 1, csv(...all.map((n) => row(n))));
  await upload('north', 2, csv(row(1, { email: 'nobody' })));
  await upload('north', 3, leaving(0, 20));
  await rm(path.join(product.data, 'work/north-3/source'));
  await ok('approve', 'north-3', '--reason', 'end of term');
  await come('north-3', 'failed');
  await upload('north', 4, ...[1, 2, 3].map((n) => csv(row(n, { first: `Cy${n}` }))));

  await upload('zenith', 1, csv('1', '2').replace('unique_id', 'person'));
  await upload('zenith', 2, ...all.slice(0, 9).map((n) => csv(row(n))));
  await upload('quiet', 1, ...all.slice(0, 4).map((n) => csv(row(n))));
  await ok('client', 'pause', 'quiet', '--reason', 'their system is being moved');
  await product.sftp('quiet', `put "${product.file('quiet/waits.csv', csv(row(1)))}"`);
}

/**
 * Without what is another at each run: times, whether a scan was due, how long something took, ports, paths, names of this machine, and widths
 * that follow from these.
 */
function plain(output: string): string {
  return output
    .replaceAll(product.data, 'DATA')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g, 'TIME')
    .replace(/\d{4}-\d\d-\d\d/g, 'DAY')
    .replace(/\d+ \w+ \d{4}, [\d:]+ UTC/g, 'TIME')
    .replace(/; last scan \d+ \w+ ago/, '')
    .replace(/free \(\d+ %\)/, 'free (N %)')
    .replace(/(version|server) \d\S*\d/g, '$1 N')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/\b\d+(?:\.\d+)? (?:ms|s|min|h|GiB|GB)\b/g, 'N UNIT')
    .replace(/\(as [^)]+\)/g, '(as USER)')
    .replace(/SHA256:\S+/g, 'SHA256:KEY')
    .replace(/ {2,}/g, '  ')
    .replace(/─{2,}/g, '──')
    .replace(/ +$/gm, '');
}

beforeAll(async () => {
  product = new Product({ IMPORTS_OPERATOR: 'pat', SMTP_URL: `smtp://127.0.0.1:${await startMailServer()}` });
  await product.up();
  const connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  temporal = new Client({ connection });
  await theNight();
}, 900_000);
afterAll(async () => {
  await temporal?.connection.close();
  await product?.end();
  await new Promise<void>((resolve) => mailServer.close(() => resolve()));
});

it('each question of the page is answered by the command that it names', async () => {
  expect(QUESTIONS.length).toBeGreaterThan(20);
  expect(await (await product.db()).collection('imports').countDocuments()).toBe(30);
  const sections: string[] = [];
  for (const { question, command } of QUESTIONS) {
    const args = [...command.matchAll(/"([^"]*)"|(\S+)/g)].slice(1).map(([, quoted, bare]) => quoted ?? bare!);
    const { code, stdout, stderr } = await product.cli(...args);
    sections.push(`# ${question}\n$ ${command}\n${plain(stdout + stderr)}${code === 0 ? '' : `(exit code ${code})\n`}`);
  }
  const told = sections.join('\n');
  if (process.env['WRITE_MORNING'] !== undefined) writeFileSync(GOLDEN, told);
  expect(told).toBe(readFileSync(GOLDEN, 'utf8'));
}, 600_000);
