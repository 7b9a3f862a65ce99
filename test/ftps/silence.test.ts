// What becomes of a connection on which nothing is said, or nothing read, and that a slow client is not taken for a silent one.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { RawBytes } from '../../src/ftps/transfer/data-connection';
import { spawnDoor } from '../sftp/support/spawn-door';
import { until } from '../sftp/support/until';
import { FtpPeer } from './support/ftp-peer';
import { openFtpsFixture, type FtpsFixture } from './support/ftps-fixture';

const STALLS_MS = 3000;
const BIG_BYTES = 60_000_000;

let fixture: FtpsFixture;
let peer: FtpPeer;
beforeAll(async () => {
  fixture = await openFtpsFixture({}, { dataOpensMs: 1000, dataStallsMs: STALLS_MS, idleMs: 60_000 });
  // The first login makes the folder.
  (await FtpPeer.logIn(fixture)).end();
  writeFileSync(fixture.published('big.csv'), randomBytes(BIG_BYTES));
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  fixture.lines.splice(0);
  peer = await FtpPeer.logIn(fixture);
});
afterEach(async () => {
  // The control connection goes on as if nothing had been.
  expect(await peer.put('STOR next.csv', 'a')).toMatch(/^226 /);
  peer.end();
});

const logged = (): unknown[] => fixture.lines.filter(({ message }) => message.includes('stood still')).map(({ fields }) => fields);
const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve));

/** Connected, and no more. */
async function connected(command: string): Promise<Socket> {
  const socket = connect({ host: fixture.ftps.host, port: await peer.port() });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  expect(await peer.code(command)).toBe(150);
  return socket;
}

it('a data connection that does not come is not waited for', async () => {
  await peer.port();
  expect(await peer.code('STOR none.csv')).toBe(150);
  expect(await peer.reply()).toBe('425 No data connection came from your address');
});

it.each(['STOR mute.csv', 'RETR big.csv', 'NLST'])('a data connection that does not become TLS is dropped: %s', async (command) => {
  const socket = (await connected(command)).resume();
  const gone = closed(socket);
  expect(await peer.reply()).toBe('425 The data connection did not become TLS');
  await gone;
  expect(existsSync(fixture.published('mute.csv'))).toBe(false);
});

it.each([0, 3])('an upload that stops after %i bytes is cut off, and its bytes are kept', async (bytes) => {
  const { tls, socket } = await peer.data('STOR paused.csv');
  const gone = closed(socket);
  if (bytes > 0) tls.write('a'.repeat(bytes));
  expect(await peer.reply()).toMatch(/^426 The connection ended before the file did; what came is kept/);
  await gone;
  expect(existsSync(fixture.published('paused.csv'))).toBe(false);
  expect(await peer.ask('SIZE paused.csv')).toBe(bytes === 0 ? '550 No such file' : `213 ${bytes}`);
  expect(logged()).toEqual([{ ip: '127.0.0.1' }]);
  if (bytes > 0) await peer.ask('DELE paused.csv');
});

it('a download that is not read is cut off', async () => {
  const { socket } = await peer.data('RETR big.csv');
  socket.pause();
  expect(await peer.reply()).toBe('426 Nothing moved on the data connection for too long: it was cut off');
  expect(logged()).toEqual([{ ip: '127.0.0.1' }]);
  socket.destroy();
});

it('a client that is slow is not silent, up or down', async () => {
  const other = await FtpPeer.logIn(fixture);
  const [up, down] = [await peer.data('STOR slow.csv'), await other.data('RETR big.csv')];
  down.tls.pause();
  const taken = { bytes: 0 };
  down.tls.on('data', (part: Buffer) => (taken.bytes += part.length));
  for (let n = 0; n < 24; n++) {
    await sleep(STALLS_MS / 10);
    await new Promise<void>((resolve) => up.tls.write('x', () => resolve()));
    // More than the buffers of this machine hold back.
    const enough = taken.bytes + 1_500_000;
    down.tls.resume();
    while (taken.bytes < enough) await once(down.tls, 'data');
    down.tls.pause();
  }
  up.tls.end('\n');
  expect(await peer.reply()).toMatch(/^226 /);
  expect(statSync(fixture.published('slow.csv')).size).toBe(25);
  const isOver = once(down.tls, 'end');
  down.tls.resume();
  await isOver;
  expect(await other.reply()).toMatch(/^226 /);
  expect(taken.bytes).toBe(BIG_BYTES);
  expect(logged()).toEqual([]);
  other.end();
});

it('whoever never hangs up its data connections has no more of them than its last one', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'silence-'));
  const door = await spawnDoor(directory, { ftps: true });
  const stayer = await FtpPeer.logIn({ ftps: door.ftps! });
  const sockets: Socket[] = [];
  const stay = async (): Promise<void> => {
    const socket = connect({ host: door.ftps!.host, port: await stayer.port(), allowHalfOpen: true });
    sockets.push(socket);
    const tls = connectTls({ socket: new RawBytes(socket), rejectUnauthorized: false });
    tls.on('error', () => undefined);
    expect(await stayer.code('NLST')).toBe(150);
    await once(tls.resume(), 'end');
    expect(await stayer.reply()).toMatch(/^226 /);
  };
  await stay();
  const before = door.descriptors();
  for (let n = 0; n < 3; n++) await stay();
  await until('there is one again', () => door.descriptors() <= before);
  for (const socket of sockets) socket.destroy();
  stayer.end();
  await door.stop();
  rmSync(directory, { recursive: true });
});

it('a client that takes no answers is sent away', async () => {
  const impatient = await openFtpsFixture({}, { idleMs: 1000 });
  const deaf = await FtpPeer.logIn(impatient);
  await deaf.put('STOR users.csv', 'a');
  const file = impatient.published('users.csv');
  deaf.socket.pause();
  // Each answer repeats the name; until the network takes no more.
  const name = `${'./'.repeat(2000)}users.csv`;
  const isHere = (): boolean => impatient.frontDoor.visits.countOf('acme') === 1;
  for (let year = 1971; isHere(); year++) {
    deaf.say(Array.from({ length: 100 }, () => `MFMT ${year}0304050607 ${name}`).join('\r\n'));
    await until('they are answered, or it is sent away', () => !isHere() || statSync(file).mtime.getUTCFullYear() === year);
  }
  deaf.end();
  await impatient.stop();
});
