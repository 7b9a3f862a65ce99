// Promise 2 through the real services: a worker that is killed in the middle of a large import, and a front door in the middle of an
// upload, change nothing but the time it takes.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { Product, sleep, until } from '../support/product';

const RECORDS = 40_000;
const HEADER = 'unique_id,login_source,first_name,last_name,user_name,email,city,province,active\r\n';
const row = (i: number) =>
  `${i},OPSCOM,First${i},Last${i},user${i},user${i}@example.edu,Ottawa,${i % 2_000 === 7 ? 'Ontario' : 'ON'},1\r\n`;
const BAD = Array.from({ length: RECORDS }, (_, i) => i).filter((i) => i % 2_000 === 7).length;
const content = HEADER + Array.from({ length: RECORDS }, (_, i) => row(i)).join('');

const product = new Product();
beforeAll(async () => {
  await product.up();
  await product.addClient('acme');
}, 900_000);
afterAll(() => product.end());

it('a worker killed in the middle of an import is replaced, and the import ends as if nothing had happened', async () => {
  const file = product.file('large.csv', content);
  expect((await product.sftp('acme', `put ${file}`)).code).toBe(0);
  const db = await product.db();
  await until(
    'the first chunk to be applied',
    async () => (await db.collection('importChunks').countDocuments({ result: { $exists: true } })) > 0,
    300_000,
  );
  const worker = product.pidOf('worker');
  process.kill(worker, 'SIGKILL');
  const item = await product.rest('acme', () => true);
  expect(product.pidOf('worker')).not.toBe(worker);
  expect(item).toMatchObject({
    state: 'finished',
    outcome: 'imported-with-failures',
    attempts: 1,
    counts: { records: RECORDS, created: RECORDS - BAD, updated: 0, unchanged: 0, rejected: BAD, repeated: 0 },
  });
  expect(await db.collection('users').countDocuments({ clientId: 'acme' })).toBe(RECORDS - BAD);
  expect(await product.mails('it@acme.example')).toHaveLength(1);
});

it('a front door killed in the middle of an upload publishes nothing, and takes the file again', async () => {
  const file = product.file('upload.csv', content);
  const { host, port } = product.endpoints.sftp;
  const options = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=no', `UserKnownHostsFile=${product.dir}/known_hosts`].flatMap((option) => [
    '-o',
    option,
  ]);
  // 2 Mbit/s: the upload takes seconds, the kill hits its middle.
  const upload = spawn(
    'scp',
    ['-q', '-l', '2000', '-P', String(port), '-i', await product.key('acme'), ...options, file, `acme@${host}:upload.csv`],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => upload.once('exit', resolve));
  await sleep(2_500);
  const door = product.pidOf('sftp');
  process.kill(door, 'SIGKILL');
  expect(await ended).not.toBe(0);
  await until('a new front door', async () => product.pidOf('sftp') !== door && (await product.sftp('acme', 'ls -1')).code === 0);
  expect((await product.imports('acme')).map(({ fileName }) => fileName)).toEqual(['large.csv']);

  const item = await product.importFile('acme', file);
  expect(item).toMatchObject({
    outcome: 'imported-with-failures',
    bytes: Buffer.byteLength(content),
    counts: { records: RECORDS, unchanged: RECORDS - BAD, rejected: BAD },
  });
  expect(path.basename(item.backup!)).toBe('upload.csv');
});
