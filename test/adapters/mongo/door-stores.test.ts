// What the front doors keep in the database: bans, who is in, and where accounts are at home.

import type { Account, Ban, LiveSession } from '../../../src/domain/client/access';
import { useMongo } from '../../support/use-mongo';

const mongo = useMongo();
const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 20, 12, minutes));

test('bans are in force until they end, are replaced, lifted and forgotten', async () => {
  const { bans } = mongo.store;
  const ban: Ban = { address: '203.0.113.7', since: at(0), until: at(30), times: 1, reason: 'wrong-password', spares: ['acme'] };
  const other: Ban = { ...ban, address: '2001:db8::/64', until: at(10), spares: [] };
  await bans.put(ban);
  await bans.put(other);
  expect(await bans.inForce(at(5))).toEqual([other, ban]);
  expect(await bans.inForce(at(10))).toEqual([ban]);
  const longer: Ban = { ...ban, since: at(40), until: at(85), times: 2, spares: [] };
  await bans.put(longer);
  expect(await bans.find(ban.address)).toEqual(longer);
  await bans.forget(at(11));
  expect(await bans.find(other.address)).toBeUndefined();
  expect([await bans.remove(ban.address), await bans.remove(ban.address)]).toEqual([true, false]);
  expect(await bans.inForce(at(50))).toEqual([]);
});

test('sessions are live while they give signs of life', async () => {
  const { sessions } = mongo.store;
  const session = (sessionId: string, minutes: number): LiveSession => ({
    sessionId,
    userName: 'acme',
    clientId: mongo.clientId,
    address: '203.0.113.7',
    protocol: 'sftp',
    software: null,
    since: at(minutes),
    lastActivityAt: at(minutes),
    bytesIn: 0,
    bytesOut: 0,
  });
  await sessions.beat([session('b', 1), session('a', 0)], at(1));
  expect(await sessions.live(at(1))).toEqual([session('a', 0), session('b', 1)]);
  const busy = { ...session('b', 1), bytesIn: 5, lastActivityAt: at(2) };
  await sessions.beat([busy], at(2));
  expect(await sessions.live(at(2))).toEqual([busy]);
  await sessions.forget(at(2));
  expect(await sessions.live(at(0))).toEqual([busy]);
  await sessions.remove(['b', 'gone']);
  expect(await sessions.live(at(0))).toEqual([]);
});

test('an account is found by where it logged in from lately, and only its own old hash is replaced', async () => {
  const { accounts } = mongo.store;
  const account = (userName: string): Account => ({
    userName,
    clientId: mongo.clientId,
    passwordHash: 'old',
    publicKeys: [],
    enabled: true,
    lastLoginAt: null,
  });
  await accounts.add(account('seen'));
  await accounts.add(account('unseen'));
  expect(await accounts.find('seen')).toEqual(account('seen'));
  const knownPlaces = [
    { address: '203.0.113.7', at: at(5) },
    { address: '198.51.100.1', at: at(50) },
  ];
  await accounts.update('seen', { lastLoginAt: at(50), knownPlaces });
  const seen = { ...account('seen'), lastLoginAt: at(50), knownPlaces };
  expect(await accounts.seenAt('203.0.113.7', at(5))).toEqual([seen]);
  // At home elsewhere since, and not there.
  expect(await accounts.seenAt('203.0.113.7', at(6))).toEqual([]);
  await accounts.replaceHash('seen', 'old', 'new');
  await accounts.replaceHash('seen', 'old', 'newer');
  expect((await accounts.find('seen'))?.passwordHash).toBe('new');
});
