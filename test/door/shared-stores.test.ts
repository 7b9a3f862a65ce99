// What doors share through the database: bans and who is in. With a database that does not answer, they go by what they know.

import { parseClientId } from '../../src/domain/ids';
import { Bans } from '../../src/door/bans';
import { createDoorkeeper } from '../../src/door/doorkeeper';
import { Throttle } from '../../src/door/throttle';
import { createVisits } from '../../src/door/visits';
import type { BanStore, Log } from '../../src/ports';
import type { Account, Ban } from '../../src/domain/client/access';
import { banStore, sessionStore } from '../sftp/support/door-stores';

const START = new Date('2026-11-20T12:00:00Z').getTime();
const DAY_MS = 86_400_000;
let now = START;
const clock = { now: () => new Date(now) };
beforeEach(() => (now = START));

const lines: string[] = [];
const note = (message: string): void => void lines.push(message);
const log: Log = { info: note, warn: note, error: note };
beforeEach(() => (lines.length = 0));

const PLACE = '203.0.113.7';
const metrics = {
  uploadEnded: () => undefined,
  loginEnded: () => undefined,
  peerTurnedAway: () => undefined,
  addressBanned: () => undefined,
  backupsCounted: () => undefined,
};

const bansOn = (bans: BanStore): Bans =>
  new Bans({ bans, accounts: { seenAt: async () => [], list: async () => [] }, clients: { list: async () => [] }, clock, log });

const down = () => Promise.reject(new Error('no database'));

test('a ban of one door holds at every other, and so does its end', async () => {
  const stored = new Map<string, Ban>();
  const [here, there] = [bansOn(banStore(stored)), bansOn(banStore(stored))];
  here.ban(PLACE, 'malformed');
  expect(here.of(PLACE)).toMatchObject({ reason: 'malformed' });
  await here.refresh();
  await there.refresh();
  expect(there.of(PLACE)).toMatchObject({ times: 1 });
  stored.delete(PLACE);
  await Promise.all([here.refresh(), there.refresh()]);
  expect([here.of(PLACE), there.of(PLACE)]).toEqual([undefined, undefined]);
});

test('each further ban is half as long again, up to a day', async () => {
  const bans = bansOn(banStore());
  const minutes: number[] = [];
  for (let n = 0; n < 14; n++) {
    bans.ban(PLACE, 'malformed');
    await bans.refresh();
    const ban = bans.of(PLACE);
    if (ban === undefined) throw new Error('no ban');
    minutes.push((ban.until.getTime() - ban.since.getTime()) / 60_000);
    now = ban.until.getTime();
    expect(bans.of(PLACE)).toBeUndefined();
  }
  expect(minutes.slice(0, 4)).toEqual([30, 45, 67.5, 101.25]);
  expect(minutes.at(-1)).toBe(24 * 60);
});

test('two doors that ban the same address at the same moment make one ban of it', async () => {
  const stored = new Map<string, Ban>();
  const [here, there] = [bansOn(banStore(stored)), bansOn(banStore(stored))];
  here.ban(PLACE, 'malformed');
  await here.refresh();
  there.ban(PLACE, 'wrong-password');
  await there.refresh();
  expect(stored.get(PLACE)).toMatchObject({ times: 1, reason: 'malformed' });
});

test('a database that is down neither lifts bans nor ends anything; what was banned meanwhile is shared once it is back', async () => {
  const stored = new Map<string, Ban>();
  const store = banStore(stored);
  let isDown = false;
  const flaky: BanStore = {
    inForce: (at) => (isDown ? down() : store.inForce(at)),
    find: (address) => (isDown ? down() : store.find(address)),
    put: (ban) => (isDown ? down() : store.put(ban)),
    remove: (address) => store.remove(address),
    forget: (before) => store.forget(before),
  };
  const bans = bansOn(flaky);
  bans.ban('198.51.100.1', 'malformed');
  await bans.refresh();
  isDown = true;
  bans.ban(PLACE, 'malformed');
  await bans.refresh();
  await bans.refresh();
  expect([bans.of(PLACE)?.address, bans.of('198.51.100.1')?.address]).toEqual([PLACE, '198.51.100.1']);
  expect(stored.has(PLACE)).toBe(false);
  isDown = false;
  await bans.refresh();
  expect(stored.has(PLACE)).toBe(true);
  expect(lines.filter((line) => line.startsWith('Bans are'))).toEqual([
    'Bans are not shared: the database does not answer',
    'Bans are shared again',
  ]);
});

test('a ban that is made while the others are read holds without a gap', async () => {
  const store = banStore();
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  const bans = bansOn({ ...store, inForce: (at) => asked.then(() => store.inForce(at)) });
  const reading = bans.refresh();
  await Promise.resolve();
  bans.ban(PLACE, 'malformed');
  answer();
  await reading;
  expect(bans.of(PLACE)).toMatchObject({ address: PLACE });
});

test('a ban forgets those that ended more than a week ago', async () => {
  const forgotten: Date[] = [];
  const bans = bansOn({ ...banStore(), forget: async (before) => void forgotten.push(before) });
  bans.ban(PLACE, 'malformed');
  await bans.refresh();
  expect(forgotten).toEqual([new Date(START - 7 * DAY_MS)]);
});

test('addresses that many share are neither banned nor bounded, but the door as a whole is', () => {
  const banned: string[] = [];
  const doorkeeper = createDoorkeeper({
    throttle: new Throttle(),
    bans: { of: () => undefined, ban: (place) => void banned.push(place) },
    clock,
    metrics,
    log,
    sharedAddresses: ['10.0.0.0/8'],
  });
  const entered = (address: string, count: number) =>
    Array.from({ length: count }, (_, port) => doorkeeper.enter({ address, port })).filter((entry) => entry !== undefined);
  const sixty = entered(PLACE, 70);
  expect(sixty).toHaveLength(60);
  // Ten too many are dropped, and nobody is banned for it.
  expect(banned).toEqual([]);
  for (const entry of sixty) entry.admit();
  expect(entered(PLACE, 70)).toHaveLength(40);
  expect(banned).toEqual([]);
  for (let n = 0; n < 100; n++) doorkeeper.note({ address: '10.1.2.3', port: n }, 'malformed');
  expect(banned).not.toContain('10.1.2.3');
  // Until the door is full, and then as long as one address holds more than one place of those who have not logged in.
  expect(entered('10.1.2.3', 500)).toHaveLength(160 + 39);
});

test('whoever goes away without a login is banned in the end, unless it was we who failed it', () => {
  const banned: string[] = [];
  const doorkeeper = createDoorkeeper({
    throttle: new Throttle(),
    bans: { of: () => undefined, ban: (place) => void banned.push(place) },
    clock,
    metrics,
    log,
    sharedAddresses: [],
  });
  const comeAndGo = (address: string, isExcused: boolean): void => {
    for (let port = 0; port < 25; port++) {
      const entry = doorkeeper.enter({ address, port });
      if (isExcused) doorkeeper.excuse({ address, port });
      entry?.leave(true);
    }
  };
  comeAndGo(PLACE, true);
  expect(banned).toEqual([]);
  comeAndGo(PLACE, false);
  expect(banned).toEqual([PLACE]);
});

function account(): Account {
  const clientId = parseClientId('acme');
  if (clientId === undefined) throw new Error('no id');
  return { userName: 'acme', clientId, passwordHash: null, publicKeys: [], enabled: true, lastLoginAt: null };
}

const peer = { address: PLACE, port: 1, protocol: 'sftp', software: null } as const;

test('a visit is counted and noted though the database does not answer, and nobody is sent away for that', async () => {
  const visits = createVisits({
    accounts: { find: down, update: down },
    clients: { find: down },
    sessions: { beat: down, remove: down, live: down, forget: down },
    clock,
    log,
  });
  const client = { clientId: account().clientId, enabled: true, settings: {} as never };
  const visit = visits.begin({ account: account(), client, peer });
  expect(visits.countOf('acme')).toBe(1);
  expect(visits.countOfClient(client.clientId)).toBe(1);
  visit.received(5);
  visit.end();
  visit.end();
  expect(visits.countOf('acme')).toBe(0);
  expect(visits.countOfClient(client.clientId)).toBe(0);
  await visits.stop();
});

test('a visit notes when and from where the account logged in, ten places at most, and tells what goes on', async () => {
  const sessions = new Map();
  let known = account();
  const visits = createVisits({
    accounts: {
      find: async () => known,
      update: async (_name, change) => {
        known = { ...known, ...change };
      },
    },
    clients: { find: async () => undefined },
    sessions: sessionStore(sessions),
    clock,
    log,
  });
  const client = { clientId: known.clientId, enabled: true, settings: {} as never };
  const begun = [];
  for (const n of [...Array(12).keys(), 5]) {
    now += 1000;
    begun.push(visits.begin({ account: known, client, peer: { ...peer, address: `203.0.113.${n}` } }));
    await Promise.resolve();
  }
  expect(known.lastLoginAt).toEqual(new Date(now));
  expect(known.knownPlaces?.map(({ address }) => address)).toEqual([5, 11, 10, 9, 8, 7, 6, 4, 3, 2].map((n) => `203.0.113.${n}`));
  begun[0]?.received(7);
  begun[0]?.sent(3);
  for (const visit of begun.slice(1)) visit.end();
  await visits.stop();
  expect(sessions.size).toBe(1);
});
