// Transfers in detail: how large, how slow, how often, from where on, and what is answered about them afterwards.

import { createHash, randomBytes } from 'node:crypto';
import { getEventListeners, once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { itHaving } from '../sftp/support/run';
import { partialIsKept, until } from '../sftp/support/until';
import { curl } from './support/clients';
import { FtpPeer } from './support/ftp-peer';
import { openFtpsFixture, type FtpsFixture } from './support/ftps-fixture';

const BIG_BYTES = 100_000_000;

let fixture: FtpsFixture;
let peer: FtpPeer;
beforeAll(async () => void (fixture = await openFtpsFixture()));
afterAll(() => fixture.stop());
beforeEach(async () => void (peer = await FtpPeer.logIn(fixture)));
afterEach(() => peer.end());

const read = (name: string): string => readFileSync(fixture.published(name), 'utf8');
const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

itHaving('curl-ftps')('a big file comes back as it went', async () => {
  const local = join(fixture.dataDir, 'big.bin');
  const back = join(fixture.dataDir, 'back.bin');
  writeFileSync(local, randomBytes(BIG_BYTES));
  expect(await curl(fixture, ['-T', local], '/big.csv')).toMatchObject({ code: 0 });
  expect(hashOf(fixture.published('big.csv'))).toBe(hashOf(local));
  expect(await curl(fixture, ['-o', back], '/big.csv')).toMatchObject({ code: 0 });
  expect(hashOf(back)).toBe(hashOf(local));
});

it('nothing of a transfer is kept once its data connection is closed, which is when the client or its control connection is gone', async () => {
  const any = jest.spyOn(AbortSignal, 'any');
  const listeners = (): number => any.mock.results.flatMap(({ value }) => getEventListeners(value as AbortSignal, 'abort')).length;
  for (let n = 0; n < 3; n++) {
    expect(await peer.put(`STOR kept-${n}.csv`, 'a')).toMatch(/^226 /);
    expect(await peer.get(`RETR kept-${n}.csv`)).toBe('a');
  }
  expect(any.mock.results.length).toBeGreaterThanOrEqual(6);
  await until('the signals of the transfers are let go', () => listeners() === 0);
  // One that has everything and neither reads nor hangs up.
  const { socket } = await peer.data('RETR kept-0.csv');
  socket.pause();
  expect(await peer.reply()).toMatch(/^226 /);
  expect(listeners()).toBeGreaterThan(0);
  peer.end();
  await until('the data connection is cut with the control connection', () => listeners() === 0);
  socket.destroy();
  any.mockRestore();
});

it('nothing is sent to a client that uploads before its upload has ended', async () => {
  const quiet = await FtpPeer.logIn(fixture);
  const { tls, socket } = await quiet.data('STOR quiet.csv');
  const { bytesRead } = socket;
  tls.write('a'.repeat(1_000_000));
  // All of it is there once the server says so: a ticket would have come before.
  const other = await FtpPeer.logIn(fixture);
  while ((await other.ask('SIZE quiet.csv')) !== '213 1000000');
  other.end();
  expect(socket.bytesRead).toBe(bytesRead);
  tls.end();
  expect(await quiet.reply()).toMatch(/^226 /);
  expect(socket.bytesRead).toBeGreaterThan(bytesRead);
  quiet.end();
});

it('a client that does not read what it asked for makes us read no further', async () => {
  writeFileSync(fixture.published('unread.csv'), randomBytes(BIG_BYTES));
  let taken = 0;
  const { visits } = fixture.frontDoor;
  const begin = visits.begin.bind(visits);
  const counting = jest
    .spyOn(visits, 'begin')
    .mockImplementation((visitor) => ({ ...begin(visitor), sent: (bytes) => void (taken += bytes) }));
  const slow = await FtpPeer.logIn(fixture);
  const { tls } = await slow.data('RETR unread.csv');
  await until('the server has begun', () => taken > 0);
  for (let last = -1; last !== taken; await sleep(300)) last = taken;
  expect(taken).toBeLessThan(BIG_BYTES / 3);
  // It was waiting, not broken: reading on, the client gets all of it.
  let got = 0;
  tls.on('data', (part: Buffer) => (got += part.length));
  await once(tls, 'end');
  expect(got).toBe(BIG_BYTES);
  expect(await slow.reply()).toMatch(/^226 /);
  slow.end();
  counting.mockRestore();
});

it('a client that sends faster than the disk takes it is slowed down', async () => {
  const acme = fixture.clients.get('acme');
  if (acme === undefined) throw new TypeError('No client');
  const folder = await fixture.frontDoor.folderOf(acme);
  const { tls } = await peer.data('STOR fast.csv');
  // The disk stands still.
  let letGo: () => void = () => undefined;
  const standing = new Promise<void>((resolve) => (letGo = resolve));
  const stage = folder.staging.create.bind(folder.staging);
  folder.staging.create = async (path) => {
    await standing;
    return stage(path);
  };
  let sent = 0;
  const block = Buffer.alloc(1_000_000, 'x');
  const sending = (async () => {
    for (let n = 0; n < 50; n++) {
      const more = tls.write(block);
      sent += block.length;
      if (!more) await once(tls, 'drain');
    }
    tls.end();
  })();
  await until('the client has begun', () => sent > 0);
  let last = -1;
  while (last !== sent) {
    last = sent;
    await sleep(300);
  }
  expect(sent).toBeLessThan(40_000_000);
  folder.staging.create = stage;
  letGo();
  await sending;
  expect(await peer.reply()).toMatch(/^226 /);
  expect(statSync(fixture.published('fast.csv')).size).toBe(50_000_000);
});

it.each(['TLSv1.2', 'TLSv1.3'] as const)('a program may finish the handshake of %s before it names its file', async (version) => {
  const up = await peer.dataBefore('STOR early.csv', version);
  up.tls.end('a,b\n');
  expect(await peer.reply()).toMatch(/^226 /);
  const down = await peer.dataBefore('RETR early.csv', version);
  const parts: Buffer[] = [];
  for await (const part of down.tls) parts.push(part as Buffer);
  expect([Buffer.concat(parts).toString(), await peer.reply()]).toEqual(['a,b\n', expect.stringMatching(/^226 /)]);
});

it('REST cuts a file there and goes on; REST, ALLO and RNFR are about the next command only', async () => {
  await peer.put('STOR rest.csv', '0123456789');
  await peer.ask('REST 4');
  expect(await peer.put('STOR rest.csv', 'abc')).toMatch(/^226 /);
  expect(read('rest.csv')).toBe('0123abc');
  expect(await peer.put('STOR rest.csv', 'new')).toMatch(/^226 /);
  expect(read('rest.csv')).toBe('new');
  await peer.ask('REST 1');
  expect(await peer.get('RETR rest.csv')).toBe('ew');
  expect(await peer.get('RETR rest.csv')).toBe('new');
  await peer.ask('ALLO 5');
  await peer.ask('SIZE rest.csv');
  expect(await peer.put('STOR rest.csv', 'n')).toMatch(/^226 /);
  await peer.ask('RNFR rest.csv');
  await peer.ask('SIZE rest.csv');
  expect(await peer.code('RNTO other.csv')).toBe(503);
});

it('nothing is restarted beyond its end', async () => {
  await peer.put('STOR short.csv', 'abc');
  await peer.ask('EPSV');
  await peer.ask('REST 4');
  expect(await peer.ask('STOR short.csv')).toBe('552 Only 3 bytes are here: there is nothing to restart at');
  await peer.ask('EPSV');
  await peer.ask('REST 4');
  expect(await peer.code('RETR short.csv')).toBe(550);
  expect(read('short.csv')).toBe('abc');
});

it('APPE goes on where a broken-off upload ended, and begins a file that is not there', async () => {
  expect(await peer.put('APPE fresh.csv', 'abc')).toMatch(/^226 /);
  fixture.lines.splice(0);
  const { tls, socket } = await peer.data('STOR broken.csv');
  await new Promise<void>((resolve) => tls.write('abc', () => resolve()));
  socket.end();
  peer.end();
  await partialIsKept(fixture);
  peer = await FtpPeer.logIn(fixture);
  expect(await peer.put('APPE broken.csv', 'def')).toMatch(/^226 /);
  expect(read('broken.csv')).toBe('abcdef');
});

it('a file that is too large is refused while it comes, and leaves nothing', async () => {
  const acme = fixture.clients.get('acme');
  if (acme === undefined) throw new TypeError('No client');
  fixture.clients.set('acme', { ...acme, settings: { ...acme.settings, maxFileBytes: 1000 } });
  const small = await FtpPeer.logIn(fixture);
  const { tls } = await small.data('STOR large.csv');
  tls.write(Buffer.alloc(5000, 'a'));
  expect(await small.reply()).toMatch(/^552 File is larger than the limit of 1,000 bytes/);
  await small.ask('ALLO 1001');
  await small.ask('EPSV');
  expect(await small.code('STOR large.csv')).toBe(552);
  expect(await small.code('SIZE large.csv')).toBe(550);
  small.end();
  fixture.clients.set('acme', acme);
});

it('a file that the import has just taken away is still known to whoever looks after its upload', async () => {
  await peer.put('STOR users.csv', 'abc');
  renameSync(fixture.published('users.csv'), join(fixture.dataDir, 'claimed'));
  expect(await peer.ask('SIZE users.csv')).toBe('213 3');
  expect(await peer.ask('MDTM users.csv')).toMatch(/^213 \d{14}$/);
  expect(await peer.ask('MFMT 20260304050607 users.csv')).toBe('213 Modify=20260304050607; users.csv');
  expect(await peer.ask('MLST users.csv')).toMatch(/^250-.*\r\n type=file;size=3;modify=\d{14};perm=adfrw; \/users.csv\r\n250 End$/);
  expect(existsSync(fixture.published('users.csv'))).toBe(false);
});

it('folders that the import makes can be entered, listed and read, and not written to', async () => {
  mkdirSync(fixture.published('.bak'));
  writeFileSync(join(fixture.published('.bak'), 'old.csv'), 'old');
  expect(await peer.ask('CWD .bak')).toMatch(/^250 "\/.bak"/);
  expect(await peer.ask('PWD')).toMatch(/^257 "\/.bak"/);
  expect(await peer.get('NLST')).toBe('old.csv\r\n');
  expect(await peer.get('LIST -la')).toMatch(/^-r--r----- .* 3 .* old.csv\r\n$/);
  await peer.ask('OPTS MLST type;perm;');
  expect(await peer.get('MLSD')).toBe('type=file;perm=r; old.csv\r\n');
  expect(await peer.get('RETR old.csv')).toBe('old');
  expect(await peer.code('DELE old.csv')).toBe(550);
  expect(await peer.code('MKD /.bak')).toBe(550);
  expect(await peer.code('CDUP')).toBe(250);
  expect(await peer.get('LIST .bak')).toMatch(/old.csv/);
});

it('after EPSV ALL no other command opens a data connection until the client connects again', async () => {
  expect(await peer.code('PASV')).toBe(227);
  expect(await peer.ask('EPSV ALL')).toBe('200 EPSV it is');
  for (const [line, code] of [
    ['PASV', 503],
    ['PORT 127,0,0,1,4,1', 502],
    ['EPRT |1|127.0.0.1|1025|', 502],
    ['LPSV', 502],
  ] as const)
    expect([line, await peer.code(line)]).toEqual([line, code]);
  expect(await peer.put('STOR extended.csv', 'abc')).toMatch(/^226 /);
  expect(await peer.ask('PASV')).toBe('503 After EPSV ALL, send EPSV');
  const again = await FtpPeer.logIn(fixture);
  expect(await again.code('PASV')).toBe(227);
  again.end();
});

it('a client of the other folder layout enters its folders, and uploads where its file belongs', async () => {
  const globex = fixture.clients.get('globex');
  if (globex === undefined) throw new TypeError('No client');
  fixture.clients.set('globex', { ...globex, settings: { ...globex.settings, profile: 'agylia' } });
  const agylia = await FtpPeer.logIn(fixture, 'globex');
  expect((await agylia.get('NLST')).split('\r\n')).toEqual(expect.arrayContaining(['log', 'reports', 'tmp', 'uploads']));
  expect(await agylia.code('CWD /uploads')).toBe(250);
  expect(await agylia.put('STOR user-import.csv', 'abc')).toMatch(/^226 /);
  expect(await agylia.get('RETR /uploads/user-import.csv')).toBe('abc');
  await agylia.ask('EPSV');
  expect(await agylia.ask('STOR other.csv')).toMatch(/^550 Permission denied: upload your file as /);
  expect(await agylia.code('RMD /uploads')).toBe(550);
  agylia.end();
});

it('a name that was put there by other hands cannot look like another entry', async () => {
  writeFileSync(fixture.published('a\r\nb.csv'), '');
  expect(await peer.get('NLST')).toContain('a??b.csv\r\n');
});

it('a new session goes on with an upload whose former connection is not known to be dead yet', async () => {
  const { tls } = await peer.data('STOR taken.csv');
  await new Promise<void>((resolve) => tls.write('abc', () => resolve()));
  const other = await FtpPeer.logIn(fixture);
  while ((await other.ask('SIZE taken.csv')) !== '213 3');
  await other.ask('REST 3');
  expect(await other.put('STOR taken.csv', 'def')).toMatch(/^226 /);
  tls.end('xyz');
  expect(await peer.reply()).toMatch(/^552 Another session continues this upload/);
  expect(read('taken.csv')).toBe('abcdef');
  other.end();
});

it('what is open may be finished when the server stops, nothing new is begun', async () => {
  const stopping = await openFtpsFixture();
  const first = await FtpPeer.logIn(stopping);
  const second = await FtpPeer.logIn(stopping);
  const { tls } = await first.data('STOR last.csv');
  tls.write('abc');
  await second.port();
  const stopped = stopping.ftps.stop();
  expect(await second.ask('STOR new.csv')).toBe('552 Server is restarting, please try again');
  tls.end('def');
  expect(await first.reply()).toMatch(/^226 /);
  expect(await first.reply()).toMatch(/^421 /);
  await stopped;
  expect(readFileSync(stopping.published('last.csv'), 'utf8')).toBe('abcdef');
  await stopping.stop();
});
