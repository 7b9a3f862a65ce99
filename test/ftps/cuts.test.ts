// A client that does not get to the end of its upload never gets it published, however and at whatever byte it was cut off; what came is
// resumed.

import { spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientFolder } from '../../src/door/folder/client-folder';
import { itHaving } from '../sftp/support/run';
import { until } from '../sftp/support/until';
import { curlArgs, lftpArgs } from './support/clients';
import { FtpPeer, type Data } from './support/ftp-peer';
import { openFtpsFixture, type FtpsFixture } from './support/ftps-fixture';

const BYTES = randomBytes(200_000);
const SCRIPTED = 25;
const KILLED = 13;
/** What the programs, slowed down, would need 20 seconds for: none of them has sent all of it when it is killed. */
const BIG = randomBytes(8_000_000);

let fixture: FtpsFixture;
let folder: ClientFolder;
beforeAll(async () => {
  fixture = await openFtpsFixture();
  (await FtpPeer.logIn(fixture)).end();
  const acme = fixture.clients.get('acme');
  if (acme === undefined) throw new TypeError('No client');
  folder = await fixture.frontDoor.folderOf(acme);
});
afterAll(() => fixture.stop());

/** Every upload that was begun has ended, one way or the other. */
const allHaveEnded = (): Promise<void> => until('all uploads have ended', () => folder.uploads.size === 0);

/** All of them at any byte, the last included; a few at a time. */
async function cutOff(count: number, cut: (peer: FtpPeer, data: Data, name: string) => Promise<void>): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, n) => `${expect.getState().currentTestName?.replace(/\W+/g, '-').slice(0, 40)}-${n}.csv`);
  const waiting = [...names];
  const some = Array.from({ length: 5 }, async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const peer = await FtpPeer.logIn(fixture);
      const data = await peer.data(`STOR ${name}`);
      const at = randomInt(4) === 0 ? BYTES.length : randomInt(BYTES.length);
      await new Promise<void>((resolve) => data.tls.write(BYTES.subarray(0, at), () => resolve()));
      await cut(peer, data, name);
    }
  });
  await Promise.all(some);
  await allHaveEnded();
  return names;
}

async function expectResumable(names: readonly string[], whole = BYTES): Promise<void> {
  for (const name of names) expect([name, existsSync(fixture.published(name))]).toEqual([name, false]);
  const peer = await FtpPeer.logIn(fixture);
  for (const name of names) {
    const [, size = '0'] = /^213 (\d+)/.exec(await peer.ask(`SIZE ${name}`)) ?? [];
    const at = Number(size);
    await peer.ask(`REST ${at}`);
    expect(await peer.put(`STOR ${name}`, whole.subarray(at))).toMatch(/^226 /);
    expect([name, readFileSync(fixture.published(name)).equals(whole)]).toEqual([name, true]);
  }
  peer.end();
}

it('data connections that are reset', async () => {
  const names = await cutOff(SCRIPTED, async (peer, { socket }) => {
    socket.resetAndDestroy();
    expect(await peer.reply()).toMatch(/^426 /);
    peer.end();
  });
  await expectResumable(names);
});

it('data connections that end without close_notify while the control connection dies', async () => {
  const names = await cutOff(SCRIPTED, async (peer, { socket }) => {
    const isFirst = randomInt(2) === 0;
    if (isFirst) peer.reset();
    socket.end();
    // A process that ends closes one after the other, and on a slow network they arrive one after the other.
    await sleep(randomInt(150));
    if (!isFirst) peer.end();
  });
  await expectResumable(names);
});

it('control connections that die, whatever the data connection says afterwards', async () => {
  const names = await cutOff(SCRIPTED, async (peer, { tls }) => {
    if (randomInt(2) === 0) peer.reset();
    else peer.end();
    tls.end();
    await sleep(randomInt(20));
  });
  await expectResumable(names);
});

async function isKilled(program: 'curl' | 'lftp'): Promise<void> {
  const local = join(fixture.dataDir, `${program}.bin`);
  writeFileSync(local, BIG);
  const names: string[] = [];
  for (let n = 0; n < KILLED; n++) {
    const name = `killed-${program}-${n}.csv`;
    names.push(name);
    const args =
      program === 'curl'
        ? curlArgs(fixture, ['--limit-rate', '400K', '-T', local], `/${name}`)
        : lftpArgs(fixture, `set net:limit-rate 0:400000; put ${local} -o ${name}`);
    const child = spawn(program, args, { stdio: 'ignore' });
    const at = randomInt(1, 300_000);
    for (let arrived = 0; arrived < at;) {
      arrived = (await folder.staging.partials()).get(`/${name}`)?.bytes ?? 0;
      await sleep(5);
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await allHaveEnded();
  for (const name of names) {
    const partial = (await folder.staging.partials()).get(`/${name}`);
    const bytes = readFileSync(folder.staging.pathOf(partial?.stagedId ?? ''));
    expect([name, bytes.length > 0 && bytes.equals(BIG.subarray(0, bytes.length))]).toEqual([name, true]);
  }
  await expectResumable(names.slice(0, 2), BIG);
  expect(readdirSync(folder.root).filter((name) => names.slice(2).includes(name))).toEqual([]);
}

itHaving('curl-ftps')('curl that is killed', () => isKilled('curl'));
itHaving('lftp')('lftp that is killed', () => isKilled('lftp'));

it('ABOR ends an upload, also one whose data connection ends in order, and the session goes on', async () => {
  const names = await cutOff(5, async (peer, { tls }) => {
    peer.say('ABOR');
    tls.end();
    expect(await peer.reply()).toMatch(/^426 /);
    expect(await peer.reply()).toMatch(/^226 /);
    expect(await peer.code('NOOP')).toBe(200);
    peer.end();
  });
  await expectResumable(names);
});

it('fewer bytes than were declared', async () => {
  const peer = await FtpPeer.logIn(fixture);
  await peer.ask(`ALLO ${BYTES.length}`);
  expect(await peer.put('STOR declared.csv', BYTES.subarray(0, 1000))).toMatch(/^552 The file is not complete/);
  peer.end();
  await expectResumable(['declared.csv']);
});

/** In blocks, each of which TLS sends as a record of its own. */
async function putInBlocks(name: string, bytes: Buffer, block: number): Promise<string> {
  const peer = await FtpPeer.logIn(fixture);
  const { tls } = await peer.data(`STOR ${name}`);
  for (let at = 0; at < bytes.length; at += block) {
    const piece = bytes.subarray(at, at + block);
    await new Promise<void>((resolve) => tls.write(piece, () => resolve()));
  }
  tls.end();
  const answer = await peer.reply();
  peer.end();
  return answer;
}

const LINES = Buffer.from('a1,OPSCOM,Ada\n'.repeat(20_000));

// Apache's Commons Net, ftplib, and what libraries that send more at a time make of it. All of them end the connection as behind a whole file.
it.each([8192, 16_384])('a program whose own disk fails between its blocks of %s bytes', async (block) => {
  const name = `blocks-of-${block}.csv`;
  expect(await putInBlocks(name, LINES.subarray(0, 10 * block), block)).toMatch(/^552 The file is not complete: it ends in the middle/);
  await expectResumable([name], LINES);
});

it('a program whose own disk fails, and which gathers its blocks of 1 KiB by eights', async () => {
  expect(await putInBlocks('gathered.csv', LINES.subarray(0, 43 * 1024), 8192)).toMatch(/^552 The file is not complete/);
  await expectResumable(['gathered.csv'], LINES);
});

it.each([1024, 8192, 16_384])('a whole file is taken that comes in blocks of %s bytes, whatever its end', async (block) => {
  const whole = [LINES.subarray(0, 10 * block + 5), Buffer.concat([LINES.subarray(0, 10 * block - 1), Buffer.from('\n')])];
  for (const bytes of whole) expect(await putInBlocks(`whole-${block}.csv`, bytes, block)).toMatch(/^226 /);
  const peer = await FtpPeer.logIn(fixture);
  await peer.ask(`ALLO ${10 * block}`);
  expect(await peer.put(`STOR whole-${block}.csv`, LINES.subarray(0, 10 * block))).toMatch(/^226 /);
  peer.end();
});

it('a client that never says close_notify and waits for its reply is believed, and the log tells', async () => {
  fixture.lines.splice(0);
  const peer = await FtpPeer.logIn(fixture);
  const { tls, socket } = await peer.data('STOR trusted.csv');
  await new Promise<void>((resolve) => tls.write(BYTES, () => resolve()));
  socket.end();
  expect(await peer.reply()).toMatch(/^226 /);
  expect(readFileSync(fixture.published('trusted.csv')).equals(BYTES)).toBe(true);
  expect(fixture.lines.filter(({ message }) => message.includes('without close_notify'))).toHaveLength(1);
  peer.end();
});
