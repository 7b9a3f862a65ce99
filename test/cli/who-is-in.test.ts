// `imports sessions` and `imports ban`: who is in, who is kept out, and letting somebody in again.

import type { Ban, LiveSession } from '../../src/domain/client/access';
import { aWorld, clientId, imports } from './fake-deps';

const session = (userName: string, client: string, change: Partial<LiveSession> = {}): LiveSession => ({
  sessionId: `session of ${userName}`,
  userName,
  clientId: clientId(client),
  address: '203.0.113.7',
  protocol: 'sftp',
  software: 'OpenSSH_10.2',
  since: new Date('2026-11-20T18:00:00Z'),
  lastActivityAt: new Date('2026-11-20T18:01:30Z'),
  bytesIn: 1234567,
  bytesOut: 89,
  ...change,
});

const ban = (address: string, change: Partial<Ban> = {}): Ban => ({
  address,
  since: new Date('2000-01-01T00:00:00Z'),
  until: new Date('2999-01-01T12:00:00Z'),
  times: 1,
  reason: 'wrong-password',
  spares: [],
  ...change,
});

describe('sessions', () => {
  const sessions = [session('acme-hr', 'acme'), session('zed', 'zenith', { protocol: 'ftps', software: null })];

  test('shows who is in, from where, by what', async () => {
    const { code, out } = await imports(aWorld({ sessions }), 'sessions');
    expect([code, out]).toEqual([
      0,
      `ACCOUNT  CLIENT  ADDRESS      BY    SOFTWARE      SINCE             LAST ACTIVITY   BYTES IN  BYTES OUT
acme-hr  acme    203.0.113.7  sftp  OpenSSH_10.2  2026-11-20 13:00  13:01:30       1,234,567         89
zed      zenith  203.0.113.7  ftps                2026-11-20 13:00  13:01:30       1,234,567         89
`,
    ]);
  });

  test('of one client as JSON', async () => {
    const { out } = await imports(aWorld({ sessions }), 'sessions', 'acme', '--json');
    expect(JSON.parse(out)).toEqual([
      {
        userName: 'acme-hr',
        clientId: 'acme',
        address: '203.0.113.7',
        protocol: 'sftp',
        software: 'OpenSSH_10.2',
        since: '2026-11-20T18:00:00.000Z',
        lastActivityAt: '2026-11-20T18:01:30.000Z',
        bytesIn: 1234567,
        bytesOut: 89,
      },
    ]);
  });

  test('of nobody says so', async () => {
    expect((await imports(aWorld(), 'sessions')).out).toBe('Nobody is logged in.\n');
    expect((await imports(aWorld(), 'sessions', '--json')).out).toBe('[]\n');
    expect((await imports(aWorld(), 'sessions', 'nobody')).code).toBe(1);
  });
});

describe('ban list', () => {
  test('shows who is kept out, until when, why, and who is spared', async () => {
    const bans = [ban('203.0.113.7', { spares: ['acme', 'acme-hr'], times: 2 }), ban('2001:db8::/64', { until: new Date('2000-01-02') })];
    const { code, out } = await imports(aWorld({ bans }), 'ban', 'list');
    expect([code, out]).toEqual([
      0,
      `ADDRESS      SINCE             UNTIL             TIMES  REASON          SPARED
203.0.113.7  1999-12-31 19:00  2999-01-01 07:00      2  wrong-password  acme acme-hr
`,
    ]);
  });

  test('of nobody says so', async () => {
    expect((await imports(aWorld(), 'ban', 'list')).out).toBe('No address is banned.\n');
    expect((await imports(aWorld(), 'ban', 'list', '--json')).out).toBe('[]\n');
  });
});

describe('ban lift', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3::4', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
  ])('of %s lets %s in again', async (typed, address) => {
    const world = aWorld({ bans: [ban('203.0.113.7'), ban('2001:db8:1:2::/64')] });
    const { code, out } = await imports(world, 'ban', 'lift', typed);
    expect([code, out]).toEqual([0, `${address} is let in again, by every front door within seconds.\n`]);
    expect(world.bans.map((left) => left.address)).not.toContain(address);
    expect(world.bans).toHaveLength(1);
  });

  test('of an address that is not banned says where to look', async () => {
    const { code, err } = await imports(aWorld(), 'ban', 'lift', '203.0.113.7');
    expect([code, err]).toEqual([1, 'error: 203.0.113.7 is not banned.\nSee all that are with: imports ban list\n']);
  });

  test('of something else is wrong use', async () => {
    const { code, err, world } = await imports(aWorld(), 'ban', 'lift', 'example.org');
    expect([code, err, world.opened]).toEqual([
      2,
      'error: example.org is not an address. See how they are written: imports ban list\n',
      false,
    ]);
  });
});
