// One door, two ways in: what somebody does at one counts at the other.

import { startFtps, type FtpsServer } from '../../src/ftps/start-ftps';
import { connect } from '../sftp/support/connect';
import { openFixture, PASSWORD, type Fixture } from '../sftp/support/front-door-fixture';
import { itHaving, run } from '../sftp/support/run';
import { until } from '../sftp/support/until';

const STRANGER = '127.0.0.2';
const NOW = new Date('2026-11-20T12:00:00Z');

let fixture: Fixture;
let ftps: FtpsServer;
beforeEach(async () => {
  fixture = await openFixture({ clock: { now: () => NOW }, sharedAddresses: [] });
  const passivePorts = { from: 0, to: 0 };
  const usual = { host: '127.0.0.1', port: 0, certificate: null, passivePorts, publicAddress: null };
  ftps = await startFtps(fixture.frontDoor, { ...usual, dataDir: fixture.dataDir });
});
afterEach(async () => {
  await ftps.stop();
  await fixture.stop();
});

const itWithCurl = itHaving('curl-ftps');
const list = (address: string, password: string) =>
  run('curl', [
    '-sS',
    '--insecure',
    '--ssl-reqd',
    '--interface',
    address,
    '--user',
    `acme:${password}`,
    `ftp://${ftps.host}:${ftps.port}/`,
  ]);

itWithCurl('bans an address for what it does over FTPS, also from SFTP, and lets the others go on', async () => {
  const guesses = await Promise.all(Array.from({ length: 15 }, () => list(STRANGER, 'wrong')));
  // 67 = the server did not take the login.
  expect(new Set(guesses.map(({ code }) => code))).toEqual(new Set([67]));
  await until('the ban is shared', () => fixture.bans.has(STRANGER));
  expect(await list(STRANGER, PASSWORD)).not.toMatchObject({ code: 0 });
  await expect(connect(fixture, { localAddress: STRANGER })).rejects.toThrow();
  expect(await list('127.0.0.1', PASSWORD)).toMatchObject({ code: 0 });
  (await connect(fixture)).end();
});

itWithCurl('holds an outage of ours against nobody', async () => {
  const find = jest.spyOn(fixture.accounts, 'get').mockImplementation(() => {
    throw new Error('no database');
  });
  for (let n = 0; n < 25; n++) expect(await list(STRANGER, PASSWORD)).not.toMatchObject({ code: 0 });
  find.mockRestore();
  expect(fixture.bans.size).toBe(0);
  expect(await list(STRANGER, PASSWORD)).toMatchObject({ code: 0 });
});

itWithCurl('writes down that it was FTPS', async () => {
  await list(STRANGER, PASSWORD);
  const attempts = fixture.lines.filter(({ message }) => message.startsWith('Login'));
  expect(attempts).toMatchObject([{ fields: { account: 'acme', method: 'password', result: 'ok', ip: STRANGER, protocol: 'ftps' } }]);
});
