// What a login decides, what it costs, and what it leaves behind. Work is counted and waiting is noted, neither is measured.

import { DEFAULT_SETTINGS, type Client } from '../../src/domain/client';
import { parseClientId } from '../../src/domain/ids';
import type { Doorkeeper } from '../../src/door/doorkeeper';
import { ENTRY_LIMITS } from '../../src/door/limits';
import { createLogins, type LoginOptions } from '../../src/door/login';
import type { Peer } from '../../src/door/peer';
import { BAN_AT_POINTS, Throttle } from '../../src/door/throttle';
import type { Log } from '../../src/ports';
import type { Account } from '../../src/domain/client/access';

const verified: string[] = [];
jest.mock('../../src/door/passwords', () => ({
  hashPassword: async () => 'a hash of nothing',
  verifyPassword: async (hash: string, password: string) => {
    verified.push(hash);
    return hash === `hash of ${password}`;
  },
  isOutdated: () => false,
}));

const NOW = new Date('2026-11-20T12:00:00Z');
const PEER: Peer = { address: '203.0.113.7', port: 40_000, protocol: 'sftp', software: 'OpenSSH_10.2' };
const KEY = { algorithm: 'ssh-ed25519', blob: Buffer.from('key'), isProven: () => true };

function anAccount(change: Partial<Account> = {}): Account {
  const publicKeys = [{ algorithm: 'ssh-ed25519', blob: KEY.blob.toString('base64'), fingerprint: 'SHA256:x', comment: '' }];
  const clientId = parseClientId('acme');
  if (clientId === undefined) throw new Error('no id');
  return { userName: 'acme', clientId, passwordHash: 'hash of right', publicKeys, enabled: true, lastLoginAt: null, ...change };
}

function open({
  account = anAccount(),
  client = {},
  ...change
}: Partial<LoginOptions> & { account?: Account; client?: Partial<Client> } = {}) {
  const lines: unknown[] = [];
  const note = (level: string) => (message: string, fields?: object) => void lines.push({ level, message, ...fields });
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') };
  const slept: number[] = [];
  const noted: string[] = [];
  const counted: string[] = [];
  const not = () => Promise.reject(new Error('not asked'));
  const settings = { ...DEFAULT_SETTINGS, failedImportEmail: '', replyToAdminEmail: '', ...client.settings };
  let excused = 0;
  const doorkeeper: Pick<Doorkeeper, 'isBanned' | 'note' | 'excuse'> = {
    isBanned: () => false,
    note: (_peer, offence) => void noted.push(offence),
    excuse: () => void (excused += 1),
  };
  const logins = createLogins({
    accounts: {
      find: async (name) => (name === account.userName ? account : undefined),
      list: not,
      add: not,
      update: not,
      replaceHash: not,
      seenAt: not,
    },
    clients: { find: async () => ({ clientId: account.clientId, enabled: true, ...client, settings }) },
    throttle: new Throttle(),
    doorkeeper,
    visits: { countOf: () => 0, countOfClient: () => 0, renewed: () => undefined },
    clock: { now: () => NOW },
    log,
    metrics: {
      uploadEnded: () => undefined,
      loginEnded: ({ method, result }) => void counted.push(`${method} ${result}`),
      peerTurnedAway: () => undefined,
      addressBanned: () => undefined,
      backupsCounted: () => undefined,
    },
    sleep: async (ms) => void slept.push(Math.round(ms / 100) * 100),
    ...change,
  });
  verified.length = 0;
  return { logins, lines, slept, noted, counted, excused: () => excused };
}

const withPassword = async (door: ReturnType<typeof open>, userName = 'acme', password = 'wrong') =>
  (await door.logins.password(userName, password, PEER)).result;

test.each<[string, Partial<Account>, string, string]>([
  ['an unknown account', {}, 'nobody', 'unknown-account'],
  ['a known account', {}, 'acme', 'wrong-password'],
  ['a disabled account', { enabled: false }, 'acme', 'wrong-password'],
  ['an account without a password', { passwordHash: null }, 'acme', 'wrong-password'],
])('%s costs one check of a hash and one second', async (_what, change, userName, result) => {
  const door = open({ account: anAccount(change) });
  expect(await withPassword(door, userName)).toBe(result);
  expect(verified).toEqual([expect.stringMatching(/^hash of right$|^a hash of nothing$/)]);
  expect(door.slept).toEqual([0, 1000]);
});

test('an unknown account is slowed down as a known one is', async () => {
  const delays = await Promise.all(
    ['acme', 'nobody'].map(async (userName) => {
      const door = open();
      for (let n = 0; n < 8; n++) await withPassword(door, userName);
      return door.slept;
    }),
  );
  expect(delays[0]).toEqual(delays[1]);
  expect(delays[0]?.filter((_ms, i) => i % 2 === 0)).toEqual([0, 0, 0, 0, 500, 1000, 2000, 4000]);
});

test('what strangers do to an account slows nobody down where it is at home', async () => {
  const at = new Date(NOW.getTime() - 86_400_000);
  const door = open({ account: anAccount({ knownPlaces: [{ address: '198.51.100.1', at }] }) });
  for (let n = 0; n < 20; n++) await withPassword(door);
  door.slept.length = 0;
  expect((await door.logins.password('acme', 'right', { ...PEER, address: '198.51.100.1' })).result).toBe('ok');
  expect(door.slept).toEqual([0]);
  expect((await door.logins.password('acme', 'right', PEER)).result).toBe('ok');
  expect(door.slept).toEqual([0, 5000]);
  expect((await door.logins.publicKey('acme', KEY, PEER)).result).toBe('ok');
  expect(door.slept).toHaveLength(2);
});

test('everybody who may be logging in at the same moment gets in with the right password', async () => {
  const door = open();
  const results = await Promise.all(Array.from({ length: ENTRY_LIMITS.startups }, () => withPassword(door, 'acme', 'right')));
  expect(new Set(results)).toEqual(new Set(['ok']));
});

test.each<[string, Parameters<typeof open>[0], string]>([
  ['a disabled account', { account: anAccount({ enabled: false }) }, 'disabled'],
  ['an account of a disabled client', { client: { enabled: false } }, 'disabled'],
  [
    'a place that the client does not allow',
    { client: { settings: { allowedAddresses: ['198.51.100.0/24'] } as unknown as Client['settings'] } },
    'address-not-allowed',
  ],
  [
    'an account that is in too often',
    { visits: { countOf: () => ENTRY_LIMITS.visitsPerAccount, countOfClient: () => 0, renewed: () => undefined } },
    'too-many-visits',
  ],
  [
    'an account of a client that is in too often',
    { visits: { countOf: () => 0, countOfClient: () => ENTRY_LIMITS.visitsPerClient, renewed: () => undefined } },
    'too-many-of-client',
  ],
  [
    'an account that a ban does not spare',
    { doorkeeper: { isBanned: () => true, note: () => undefined, excuse: () => undefined } },
    'banned',
  ],
])('%s is refused with the right password and with the right key, and nothing is held against it', async (_what, options, result) => {
  const door = open(options);
  expect(await withPassword(door, 'acme', 'right')).toBe(result);
  expect((await door.logins.publicKey('acme', KEY, PEER)).result).toBe(result);
  // The question whether the key would do is answered in the same way.
  const { isProven: _isProven, ...asked } = KEY;
  expect((await door.logins.publicKey('acme', asked, PEER)).result).toBe(result);
  expect(door.noted).toEqual([]);
  // Its going away is not held against it either.
  if (result !== 'banned') expect(door.excused()).toBe(3);
  expect(door.counted).toEqual([`password ${result}`, `publickey ${result}`, `publickey ${result}`]);
});

test('a key needs its proof, and a signature by SHA-1 is none', async () => {
  const door = open();
  expect((await door.logins.publicKey('acme', { ...KEY, isProven: () => false }, PEER)).result).toBe('unknown-key');
  expect((await door.logins.publicKey('acme', { ...KEY, signsWeakly: true }, PEER)).result).toBe('weak-signature');
  expect((await door.logins.publicKey('acme', { ...KEY, blob: Buffer.from('other') }, PEER)).result).toBe('unknown-key');
  expect((await door.logins.publicKey('nobody', KEY, PEER)).result).toBe('unknown-account');
  expect((await door.logins.publicKey('acme', KEY, PEER)).result).toBe('ok');
});

test('every attempt leaves one line: who, how, from where, with what; never what was typed', async () => {
  const door = open();
  await withPassword(door, 'hunter2', 'hunter3');
  await withPassword(door, 'acme', 'hunter4');
  await door.logins.publicKey('acme', KEY, { ...PEER, protocol: 'ftps', software: null });
  const about = { ip: '203.0.113.7', protocol: 'sftp', software: 'OpenSSH_10.2' };
  expect(door.lines).toEqual([
    { level: 'warn', message: 'Login refused', account: null, clientId: null, method: 'password', result: 'unknown-account', ...about },
    { level: 'warn', message: 'Login refused', account: 'acme', clientId: 'acme', method: 'password', result: 'wrong-password', ...about },
    {
      level: 'info',
      message: 'Login',
      account: 'acme',
      clientId: 'acme',
      method: 'publickey',
      result: 'ok',
      ...about,
      protocol: 'ftps',
      software: null,
    },
  ]);
  expect(door.noted).toEqual(['unknown-account', 'wrong-password']);
});

test('of sixty passwords at the same moment no more are looked at than may be wrong before the address is banned', async () => {
  const throttle = new Throttle();
  let isBanned = false;
  const { logins, counted } = open({
    throttle,
    doorkeeper: {
      isBanned: () => isBanned,
      note: (_peer, offence) => void (isBanned ||= throttle.note(PEER.address, offence, NOW.getTime())),
      excuse: () => undefined,
    },
  });
  await Promise.all(Array.from({ length: 60 }, (_, n) => logins.password('acme', `wrong ${n}`, PEER)));
  expect(counted.filter((one) => one === 'password wrong-password')).toHaveLength(BAN_AT_POINTS);
  expect(counted.filter((one) => one === 'password banned')).toHaveLength(60 - BAN_AT_POINTS);
});
