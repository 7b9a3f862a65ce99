// Strangers who guess, clients that share their address with them, and what support can do about it. Through real SSH connections from
// several addresses of the loopback network, and by a clock of our own.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { existsSync, readFileSync } from 'node:fs';
import type { Client, ConnectConfig } from 'ssh2';
import { ENTRY_LIMITS } from '../../src/door/limits';
import { hashPassword } from '../../src/door/passwords';
import { BEAT_MS } from '../../src/door/visits';
import type { Reply, Request } from '../../src/sftp/codec/messages';
import { OPEN_FLAG, STATUS } from '../../src/sftp/codec/protocol';
import { connect, openSftp } from './support/connect';
import { encodeRequest } from './support/peer';
import { RawSession } from './support/raw-session';
import { keyPair, openFixture, type Fixture } from './support/front-door-fixture';
import { having, itHaving, run, sftp, sshOptions } from './support/run';
import { until } from './support/until';

const START = new Date('2026-11-20T12:00:00Z').getTime();
const MINUTE_MS = 60_000;
const STRANGER = '127.0.0.2';
const HOME = '127.0.0.3';

let now = START;
let fixture: Fixture;
beforeEach(async () => {
  now = START;
  fixture = await openFixture({ clock: { now: () => new Date(now) }, sharedAddresses: [] });
});
afterEach(() => fixture.stop());

/** The outcome of one connection. */
async function attempt(localAddress: string, options: ConnectConfig = {}): Promise<'in' | 'out'> {
  return connect(fixture, { localAddress, ...options }).then(
    (client) => (client.end(), 'in'),
    () => 'out',
  );
}
const byKey = (): ConnectConfig => ({ privateKey: readFileSync(fixture.keyFile), authHandler: ['publickey'] });

/** Speaks something else, three times. */
async function misbehave(localAddress: string): Promise<void> {
  for (let n = 0; n < 3; n++) {
    const { host, port } = fixture.door;
    const socket = createConnection({ host, port, localAddress });
    socket.on('error', () => undefined).resume();
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
  }
  await until('the ban is shared', () => fixture.bans.has(localAddress));
}

it('bans an address after fifteen wrong passwords, for half an hour; the account and other addresses go on', async () => {
  await Promise.all(Array.from({ length: 15 }, () => attempt(STRANGER, { password: 'wrong' })));
  await until('the ban is shared', () => fixture.bans.has(STRANGER));
  expect(fixture.bans.get(STRANGER)).toEqual({
    address: STRANGER,
    since: new Date(START),
    until: new Date(START + 30 * MINUTE_MS),
    times: 1,
    reason: 'wrong-password',
    spares: [],
  });
  fixture.lines.length = 0;
  expect(await attempt(STRANGER)).toBe('out');
  // Dropped before a byte was read: there was no attempt to log in.
  expect(fixture.lines.filter(({ message }) => message.startsWith('Login'))).toEqual([]);
  expect(await attempt('127.0.0.1', byKey())).toBe('in');
  expect(await attempt('127.0.0.1')).toBe('in');
  now += 30 * MINUTE_MS;
  expect(await attempt(STRANGER)).toBe('in');
});

it('bans for longer every time', async () => {
  const minutes: number[] = [];
  for (let n = 0; n < 3; n++) {
    await misbehave(STRANGER);
    await until('the ban is the newest', () => fixture.bans.get(STRANGER)?.since.getTime() === now);
    const ban = fixture.bans.get(STRANGER);
    if (ban === undefined) throw new Error('no ban');
    minutes.push((ban.until.getTime() - ban.since.getTime()) / MINUTE_MS);
    now = ban.until.getTime();
  }
  expect(minutes).toEqual([30, 45, 67.5]);
});

itHaving('sftp')('drops a banned address with a real client, and lets it in again once support has lifted the ban', async () => {
  const { host, port } = fixture.door;
  const listing = () =>
    run('sftp', ['-b', '/dev/null', '-P', String(port), ...sshOptions(fixture), '-o', `BindAddress=${STRANGER}`, `acme@${host}`]);
  expect((await listing()).code).toBe(0);
  fixture.accounts.set('acme', { ...accountOf('acme'), knownPlaces: [] });
  await misbehave(STRANGER);
  expect((await listing()).code).toBe(255);
  // As `imports ban lift` does.
  fixture.bans.delete(STRANGER);
  let code: number | null = null;
  for (const end = Date.now() + 30_000; code !== 0 && Date.now() < end;) ({ code } = await listing());
  expect(code).toBe(0);
});

function accountOf(userName: string) {
  const account = fixture.accounts.get(userName);
  if (account === undefined) throw new Error(`${userName} is no account`);
  return account;
}

it('spares an account that is at home behind the banned address, and no other one', async () => {
  expect(await attempt(HOME)).toBe('in');
  await until('the place is known', () => accountOf('acme').knownPlaces?.[0]?.address === HOME);
  await misbehave(HOME);
  expect(fixture.bans.get(HOME)?.spares).toEqual(['acme']);
  expect(await attempt(HOME)).toBe('in');
  expect(await attempt(HOME, byKey())).toBe('in');
  fixture.lines.length = 0;
  expect(await attempt(HOME, { username: 'globex' })).toBe('out');
  expect(await attempt(HOME, { username: 'globex', ...byKey() })).toBe('out');
  expect(fixture.lines.filter(({ message }) => message === 'Login refused').map(({ fields }) => fields['result'])).toEqual([
    'banned',
    'banned',
  ]);
});

it('spares the accounts of a client that names the address, though they never logged in', async () => {
  allow('globex', ['127.0.0.0/29']);
  await misbehave(STRANGER);
  expect(fixture.bans.get(STRANGER)?.spares).toEqual(['globex']);
  expect(await attempt(STRANGER, { username: 'globex' })).toBe('in');
});

function allow(client: string, allowedAddresses: readonly string[]): void {
  const found = fixture.clients.get(client);
  if (found === undefined) throw new Error(`${client} is no client`);
  fixture.clients.set(client, { ...found, settings: { ...found.settings, allowedAddresses } });
}

it('lets a client in from its own addresses only, and tells the others nothing', async () => {
  allow('acme', ['127.0.0.3', '10.0.0.0/8']);
  expect(await attempt(HOME)).toBe('in');
  expect(await attempt(HOME, byKey())).toBe('in');
  fixture.lines.length = 0;
  expect(await attempt(STRANGER)).toBe('out');
  expect(await attempt(STRANGER, byKey())).toBe('out');
  expect(fixture.lines.filter(({ message }) => message === 'Login refused')).toMatchObject([
    { fields: { account: 'acme', method: 'password', result: 'address-not-allowed', ip: STRANGER } },
    { fields: { account: 'acme', method: 'publickey', result: 'address-not-allowed', ip: STRANGER } },
  ]);
  expect(await attempt(STRANGER, { username: 'globex' })).toBe('in');
});

it('survives a restart with its bans', async () => {
  await misbehave(STRANGER);
  await fixture.restart();
  expect(await attempt(STRANGER)).toBe('out');
  expect(await attempt('127.0.0.1')).toBe('in');
});

it('takes no more connections that have not logged in from one address than it says', async () => {
  const { host, port } = fixture.door;
  const plain = (localAddress: string): Socket => createConnection({ host, port, localAddress }).on('error', () => undefined);
  const sockets = Array.from({ length: ENTRY_LIMITS.startupsPerAddress + 4 }, () => plain(STRANGER));
  const outcomes = await Promise.all(
    sockets.map((socket) => Promise.race([once(socket, 'data').then(() => 'greeted'), once(socket, 'close').then(() => 'closed')])),
  );
  expect(outcomes.filter((outcome) => outcome === 'greeted')).toHaveLength(ENTRY_LIMITS.startupsPerAddress);
  expect(await attempt('127.0.0.1')).toBe('in');
  for (const socket of sockets) socket.destroy();
});

it('does not hold a look at the port against a load balancer, nor a broken-off handshake against anybody twice', async () => {
  const { host, port } = fixture.door;
  const look = async (words: string): Promise<void> => {
    const socket = createConnection({ host, port, localAddress: STRANGER }).on('error', () => undefined);
    await once(socket, 'data');
    const closed = once(socket, 'close');
    if (words === '') socket.destroy();
    else socket.end(words);
    await closed;
  };
  for (let n = 0; n < 20; n++) await look('');
  // Ten within a minute are free, and fifteen more too many.
  for (let n = 0; n < 24; n++) await look('SSH-2.0-Rude\r\n');
  expect(fixture.bans.size).toBe(0);
  await look('SSH-2.0-Rude\r\n');
  await until('the ban is shared', () => fixture.bans.has(STRANGER));
});

it('holds an outage of ours against nobody, whatever number of times a job tries again', async () => {
  const find = jest.spyOn(fixture.accounts, 'get').mockImplementation(() => {
    throw new Error('no database');
  });
  for (let n = 0; n < 25; n++) expect(await attempt(STRANGER)).toBe('out');
  find.mockRestore();
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fixture.bans.size).toBe(0);
  expect(await attempt(STRANGER)).toBe('in');
});

it('shows who is in, and no longer who is gone', async () => {
  const client = await connect(fixture, { localAddress: HOME, ident: 'Robot_1.0' });
  await openSftp(client);
  await until('the session is shown', () => fixture.sessions.size === 1);
  expect([...fixture.sessions.values()]).toEqual([
    {
      sessionId: expect.any(String),
      userName: 'acme',
      clientId: 'acme',
      address: HOME,
      protocol: 'sftp',
      software: expect.any(String),
      since: new Date(START),
      lastActivityAt: new Date(START),
      bytesIn: 0,
      bytesOut: 0,
    },
  ]);
  client.end();
  await until('the session is gone', () => fixture.sessions.size === 0);
});

it('writes down which program tried', async () => {
  await attempt(STRANGER, { ident: 'Robot_1.0' });
  const line = fixture.lines.find(({ message }) => message === 'Login');
  expect(line?.fields).toMatchObject({ protocol: 'sftp', ip: STRANGER, software: expect.stringMatching(/^\S+$/) });
});

it(`sends away an account that is disabled while it is in, within ${BEAT_MS / 1000} seconds`, async () => {
  const client = await connect(fixture, { localAddress: HOME });
  const closed = new Promise<void>((resolve) => client.on('close', resolve));
  fixture.accounts.set('acme', { ...accountOf('acme'), enabled: false });
  await closed;
  expect(fixture.lines).toContainEqual(expect.objectContaining({ message: 'Sessions of an account that may no longer log in are ended' }));
});

it('sends away who logged in by a password that was changed, or by a key that was removed, and nobody else', async () => {
  const goneOf = (client: Client): Promise<void> => new Promise((resolve) => client.on('close', resolve));
  const [byOld, byKeyOnly] = [await connect(fixture, { localAddress: HOME }), await connect(fixture, { localAddress: HOME, ...byKey() })];
  const oldGone = goneOf(byOld);
  fixture.accounts.set('acme', { ...accountOf('acme'), passwordHash: await hashPassword('another one, and long') });
  await oldGone;
  await openSftp(byKeyOnly);
  const keyGone = goneOf(byKeyOnly);
  fixture.accounts.set('acme', { ...accountOf('acme'), publicKeys: [] });
  await keyGone;
});

it('an upload that goes on while its password is changed is not published, and goes on with the new one', async () => {
  const first = await RawSession.open(await connect(fixture, { localAddress: HOME }));
  const ask = async (session: RawSession, request: Request): Promise<Reply | undefined> => {
    session.send(encodeRequest(request));
    return session.reply();
  };
  const handleOf = (reply: Reply | undefined): string => (reply?.kind === 'handle' ? reply.handle : 'none');
  const path = Buffer.from('/users.csv');
  const { write, create } = OPEN_FLAG;
  const send = async (session: RawSession, offset: bigint, text: string): Promise<string> => {
    await ask(session, { kind: 'init', version: 3 });
    const handle = handleOf(await ask(session, { kind: 'open', id: 1, path, flags: write | create, attributes: {} }));
    expect(await ask(session, { kind: 'write', id: 2, handle, offset, data: Buffer.from(text) })).toMatchObject({ status: STATUS.ok });
    return handle;
  };
  await send(first, 0n, 'unique_id\n');
  const password = 'another one, and long';
  fixture.accounts.set('acme', { ...accountOf('acme'), passwordHash: await hashPassword(password) });
  await first.over;
  expect(existsSync(fixture.published('users.csv'))).toBe(false);
  const next = await RawSession.open(await connect(fixture, { localAddress: HOME, password }));
  const handle = await send(next, 10n, '1\n');
  expect(await ask(next, { kind: 'close', id: 3, handle })).toMatchObject({ status: STATUS.ok });
  expect(readFileSync(fixture.published('users.csv'), 'utf8')).toBe('unique_id\n1\n');
});

it('renews a hash that was made with older parameters, at the next login', async () => {
  // 4 MiB, one pass: argon2 of "correct horse battery staple".
  const { hash } = await import('@node-rs/argon2');
  const old = await hash('correct horse battery staple', { algorithm: 2, memoryCost: 4096, timeCost: 1, parallelism: 1 });
  fixture.accounts.set('acme', { ...accountOf('acme'), passwordHash: old });
  expect(await attempt(HOME)).toBe('in');
  const stays = await connect(fixture, { localAddress: HOME });
  await until('the hash is renewed', () => accountOf('acme').passwordHash?.startsWith('$argon2id$v=19$m=19456,t=2,p=1$') ?? false);
  expect(await attempt(HOME)).toBe('in');
  // It is the same password: nobody is sent away for that.
  await new Promise((resolve) => setTimeout(resolve, BEAT_MS + 500));
  await openSftp(stays);
  stays.end();
});

it('holds the keys of one person against nobody: a few that the account does not have are one misdeed per connection', async () => {
  const other = keyPair().private;
  for (let n = 0; n < 24; n++) expect(await attempt(STRANGER, { privateKey: other, authHandler: ['publickey'] })).toBe('out');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(fixture.bans.size).toBe(0);
});

having('sftp')('an account that is in too often', () => {
  it('hears that, not that its key is wrong, and nothing is held against it', async () => {
    const crowded = await openFixture();
    const privateKey = readFileSync(crowded.keyFile);
    const crowd = await Promise.all(
      Array.from({ length: ENTRY_LIMITS.visitsPerAccount }, () => connect(crowded, { privateKey, authHandler: ['publickey'] })),
    );
    const ran = await sftp(crowded, ['ls']);
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toContain('Too many connections of this account (60): close some, or try again later');
    expect(ran.stderr).not.toContain('Permission denied');
    for (const client of crowd) client.end();
    await until('there is room again', () => crowded.frontDoor.visits.countOf('acme') === 0);
    expect(await sftp(crowded, ['ls'])).toMatchObject({ code: 0 });
    await crowded.stop();
  });
});
