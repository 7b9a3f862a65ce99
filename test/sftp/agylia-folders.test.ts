// The folders of an Agylia client, through OpenSSH's sftp: four from the start, one place for one file, the rest to read or to remove.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { STATUS } from '../../src/sftp/codec/protocol';
import { PROFILES } from '../../src/domain/client/profiles';
import { openFolderFixture } from './support/folder-fixture';
import { openFixture, type Fixture } from './support/front-door-fixture';
import { itHaving, sftp } from './support/run';
import { until } from './support/until';

const CSV = 'username,mail\nana,ana@learn.example\n';

const testWithSftp = itHaving('sftp');

let fixture: Fixture;
let local: string;
beforeAll(async () => {
  fixture = await openFixture();
  const acme = fixture.clients.get('acme')!;
  fixture.clients.set('acme', { ...acme, settings: { ...acme.settings, profile: 'agylia' } });
  local = mkdtempSync(join(tmpdir(), 'agylia-'));
  writeFileSync(join(local, 'export.csv'), CSV);
});
afterAll(async () => {
  await fixture.stop();
  rmSync(local, { recursive: true });
});

const FILE = () => join(local, 'export.csv');
const folder = (name: string) => readdirSync(fixture.published(name)).toSorted();
const inFolder = (path: string) => readFileSync(fixture.published(path), 'utf8');

testWithSftp('the first login shows the four folders and nothing else', async () => {
  const { code, stdout } = await sftp(fixture, ['ls -1']);
  expect([code, stdout.split('\n').filter((line) => line !== '' && !line.startsWith('sftp>'))]).toEqual([
    0,
    ['log', 'reports', 'tmp', 'uploads'],
  ]);
});

testWithSftp('an upload to its place is taken, over the one that is there as well', async () => {
  expect((await sftp(fixture, [`put ${FILE()} /uploads/user-import.csv`])).code).toBe(0);
  writeFileSync(join(local, 'next.csv'), `${CSV}ben,\n`);
  expect((await sftp(fixture, ['cd uploads', `put ${join(local, 'next.csv')} user-import.csv`])).code).toBe(0);
  expect(inFolder('uploads/user-import.csv')).toBe(`${CSV}ben,\n`);
});

testWithSftp('an upload under a temporary name that is renamed over it is taken', async () => {
  const { code, stderr } = await sftp(fixture, [
    `put ${FILE()} /uploads/user-import.csv.filepart`,
    'rename /uploads/user-import.csv.filepart /uploads/user-import.csv',
  ]);
  expect([code, stderr]).toEqual([0, '']);
  expect(folder('uploads')).toEqual(['user-import.csv']);
  expect(inFolder('uploads/user-import.csv')).toBe(CSV);
});

testWithSftp.each(['/export.csv', '/uploads/users.csv', '/tmp/x', '/log/x.log', '/reports/user-import.csv', '/uploads/a/user-import.csv'])(
  'an upload to %s is refused before a byte is sent, with the place where it belongs',
  async (path) => {
    const { code, stderr } = await sftp(fixture, [`put ${FILE()} ${path}`]);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/denied|No such file/i);
    expect(readdirSync(fixture.staging())).toEqual([]);
  },
);

testWithSftp.each([
  'rename /uploads/user-import.csv /uploads/old.csv',
  'rename /uploads/user-import.csv /user-import.csv',
  'mkdir /uploads/2026',
  'rmdir /uploads',
])('"%s" is refused', async (command) => {
  const { code, stderr } = await sftp(fixture, [command]);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/denied/i)]);
});

testWithSftp('hash files can be listed, fetched and removed, and not be made into an upload', async () => {
  writeFileSync(fixture.published('tmp/0a1b'), 'acme-1\n');
  const renamed = await sftp(fixture, ['rename /tmp/0a1b /uploads/user-import.csv']);
  expect([renamed.code, renamed.stderr]).toEqual([1, expect.stringMatching(/denied/i)]);
  const { code } = await sftp(fixture, ['ls /tmp', `get /tmp/0a1b ${join(local, 'hash')}`, 'rm /tmp/*']);
  expect([code, folder('tmp'), readFileSync(join(local, 'hash'), 'utf8')]).toEqual([0, [], 'acme-1\n']);
});

testWithSftp('log and reports can be fetched and not be changed', async () => {
  writeFileSync(fixture.published('log/user-import.log'), 'line\n');
  writeFileSync(fixture.published('reports/r.csv'), 'report\n');
  const read = await sftp(fixture, [`get /log/user-import.log ${join(local, 'log')}`, `get /reports/r.csv ${join(local, 'report')}`]);
  expect(read.code).toBe(0);
  for (const command of [
    'rm /log/user-import.log',
    'rm /reports/r.csv',
    'rename /reports/r.csv /uploads/user-import.csv',
    `put ${FILE()} /reports/r.csv`,
  ]) {
    const { code, stderr } = await sftp(fixture, [command]);
    expect([command, code, stderr]).toEqual([command, 1, expect.stringMatching(/denied/i)]);
  }
  expect([folder('log'), folder('reports')]).toEqual([['user-import.log'], ['r.csv']]);
});

testWithSftp('another client has another folder', async () => {
  const { code, stderr } = await sftp(fixture, [`put ${FILE()} /export.csv`], 'globex');
  expect([code, stderr]).toEqual([0, '']);
});

test('says where the file belongs, and announces it when it lies there and nowhere else', async () => {
  const here = await openFolderFixture(10, 'agylia');
  try {
    const peer = here.connect();
    const refused = await peer.ask({ kind: 'open', path: Buffer.from('/users.csv'), flags: 0x1a, attributes: {} });
    expect(refused).toMatchObject({ kind: 'status', message: 'Permission denied: upload your file as /uploads/user-import.csv' });
    const folders = await peer.ask({ kind: 'mkdir', path: Buffer.from('/new'), attributes: {} });
    expect(folders).toMatchObject({ message: 'Folders are not supported here: upload your file as /uploads/user-import.csv' });
    expect(PROFILES.agylia.layout.folders).toEqual(readdirSync(here.root).toSorted());

    for (const name of ['user-import.csv.part', 'user-import.csv']) {
      const handle = await peer.open(`/uploads/${name}`, 0x1a);
      await peer.write(handle, 0, CSV);
      expect(here.ready).toEqual([]);
      expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    }
    await until('announced', () => here.ready.length === 1);
  } finally {
    await here.remove();
  }
});
