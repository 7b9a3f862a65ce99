// The worst case of all: no quiet period, and an import that takes every file in the moment it is published. Whatever a client does
// behind its CLOSE, it must not believe that its upload failed.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import SftpClient from 'ssh2-sftp-client';
import { createFileStore } from '../../src/adapters/files/file-store';
import { importIdOf } from '../../src/domain/ids';
import { clientId, openFixture, PASSWORD, type Fixture } from './support/front-door-fixture';
import { curl, having, lftp, paramiko, scp, sftp, type Ran } from './support/run';

const BIG = Array.from({ length: 100_000 }, (_, n) => `line ${n}\n`).join('');
const acme = clientId('acme');

let fixture: Fixture;
let local: string;
let file: string;
let claimed: string[];
let stopClaiming: () => Promise<void>;
beforeEach(async () => {
  fixture = await openFixture();
  local = mkdtempSync(join(tmpdir(), 'claimed-'));
  file = join(local, 'users.csv');
  writeFileSync(file, BIG);
  claimed = [];
  let claiming = true;
  const loop = claimWhile(() => claiming);
  stopClaiming = async () => {
    claiming = false;
    await loop;
  };
});
afterEach(async () => {
  await stopClaiming();
  await fixture.stop();
  rmSync(local, { recursive: true });
});

async function claimWhile(claiming: () => boolean): Promise<void> {
  const store = createFileStore(fixture.dataDir);
  while (claiming()) {
    for (const ready of (await store.readyFiles(acme, 0, new Date(Date.now() + 1_000))).ready) {
      const importId = importIdOf(acme, claimed.length + 1);
      if ((await store.claim(acme, importId, ready)) === 'claimed') claimed.push(readFileSync(store.sourcePath(importId), 'utf8'));
    }
    await sleep(1);
  }
}

async function tookAll(ran: Ran, files = 1): Promise<void> {
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  while (readdirSync(fixture.published('')).length > 0) await sleep(5);
  await stopClaiming();
  expect(claimed.map((text) => text === BIG)).toEqual(Array.from({ length: files }, () => true));
}

having('sftp', 'scp')('OpenSSH', () => {
  it.each(['put', 'put -p', 'put -f'])('"%s"', async (put) => tookAll(await sftp(fixture, [`${put} ${file} users.csv`])));
  it('scp -p', async () => tookAll(await scp(fixture, ['-p', file, `acme@${fixture.door.host}:users.csv`])));
});

having('curl')('curl', () => {
  it('-T', async () => tookAll(await curl(fixture, ['-T', file], '/users.csv')));
  it('-T under a temporary name, then -Q "-rename"', async () =>
    tookAll(await curl(fixture, ['-T', file, '-Q', '-rename /users.csv.part /users.csv'], '/users.csv.part')));
});

having('lftp')('lftp', () => {
  it('put, and its chmod', async () => tookAll(await lftp(fixture, `put ${file} -o users.csv; chmod 600 users.csv`)));
  it('put under a temporary name', async () =>
    tookAll(await lftp(fixture, `set xfer:use-temp-file yes; set xfer:temp-file-name .in.*; put ${file} -o users.csv`)));
  it('mirror -R, with times and modes', async () => {
    mkdirSync(join(local, 'all'));
    for (const name of ['a.csv', 'b.csv', 'c.csv']) writeFileSync(join(local, 'all', name), BIG);
    await tookAll(await lftp(fixture, `mirror -R ${join(local, 'all')} .`), 3);
  });
});

having('paramiko')('paramiko', () => {
  it('put, which compares the size', async () => tookAll(await paramiko(fixture, `sftp.put("${file}", "users.csv")`)));
});

describe('ssh2-sftp-client', () => {
  it('put and fastPut', async () => {
    const client = new SftpClient();
    const { host, port } = fixture.door;
    await client.connect({ host, port, username: 'acme', password: PASSWORD });
    await client.put(file, '/one.csv');
    await client.fastPut(file, '/two.csv');
    await client.end();
    await tookAll({ code: 0, stdout: '', stderr: '' }, 2);
  });
});

it('a script that looks whether its file is there before it removes it, and sends the next one, gets one answer', async () => {
  const client = new SftpClient();
  const { host, port } = fixture.door;
  const options = { host, port, username: 'acme', password: PASSWORD };
  await client.connect(options);
  await client.put(file, '/users.csv');
  while (readdirSync(fixture.published('')).length > 0) await sleep(5);
  // It has sent the file itself: it still finds it, and is told why that cannot be removed.
  expect(await client.exists('/users.csv')).toBe('-');
  await expect(client.delete('/users.csv')).rejects.toThrow('taken for import a moment ago');
  await expect(client.rename('/users.csv', '/old.csv')).rejects.toThrow('taken for import a moment ago');
  await client.end();
  const next = new SftpClient();
  await next.connect(options);
  expect(await next.exists('/users.csv')).toBe(false);
  await expect(next.delete('/users.csv')).rejects.toThrow('No such file');
  await next.put(file, '/users.csv');
  await next.end();
  await tookAll({ code: 0, stdout: '', stderr: '' }, 2);
});
