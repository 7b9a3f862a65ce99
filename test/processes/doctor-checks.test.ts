// The doctor where services are down: one check tells the cause and what to do, those that need the service say only that.

import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCsvFiles } from '../../src/adapters/csv/csv-files';
import { createFileStore } from '../../src/adapters/files/file-store';
import { connectMongo } from '../../src/adapters/mongo/connect-mongo';
import { connectImportsControl } from '../../src/adapters/temporal/imports-control';
import { requireEndpoint, resolveEndpoints } from '../../src/config/endpoints';
import { loadConfig, type Config } from '../../src/config/load-config';
import { temporalEnvironment } from '../../src/config/temporal-environment';
import { doctorChecks } from '../../src/processes/doctor-checks';
import { openOnce, type OpenServices } from '../../src/processes/open-services';
import { checkPausedClients } from '../../src/processes/doctor/check-imports';
import { aClient, aWorld, imports } from '../cli/fake-deps';

let dataDir: string;
let closed: number;
beforeEach(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'imports-doctor-'));
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closed = (server.address() as net.AddressInfo).port;
  await new Promise((resolve) => server.close(resolve));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

interface Shown {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly todo?: string;
  readonly skipped?: true;
}

/** As open-services.ts makes them, without its late loading. */
function servicesOf(config: Config): OpenServices {
  const endpoints = openOnce(() => resolveEndpoints(config));
  return {
    endpoints,
    mongo: openOnce(async () => connectMongo(requireEndpoint(await endpoints(), 'mongodbUri'))),
    control: openOnce(async () => {
      const address = requireEndpoint(await endpoints(), 'temporalAddress');
      return connectImportsControl({ env: temporalEnvironment(config), address, uiUrl: null });
    }),
    files: async () => createFileStore(config.dataDir),
    csv: async () => createCsvFiles(),
    close: async () => undefined,
  };
}

/** `mongo` stands in for a database that is well. */
async function doctor(env: Readonly<Record<string, string>>, mongo?: OpenServices['mongo']) {
  const config = loadConfig({ ...env, IMPORTS_DATA_DIR: dataDir });
  const services = { ...servicesOf(config), ...(mongo === undefined ? {} : { mongo }) };
  const { code, out, err } = await imports(aWorld({ checks: [...doctorChecks(() => config, services)] }), 'doctor', '--json');
  await (await services.control().catch(() => undefined))?.close();
  const shown = (JSON.parse(out) as { readonly checks: readonly Shown[] }).checks;
  return { code, err, named: (name: string) => shown.find((check) => check.name === name), shown };
}

const isWell = (async () => ({
  ping: async () => ({ version: '8.0.1', time: null }),
  clients: { list: async () => [] },
  imports: { list: async () => [], waiting: async () => ({ count: 0, oldest: null }), find: async () => undefined },
})) as unknown as OpenServices['mongo'];

test('Temporal that is down is told once, with its address and what to do', async () => {
  const found = await doctor({ MONGODB_URI: 'mongodb://db.example', TEMPORAL_ADDRESS: `127.0.0.1:${closed}` }, isWell);
  expect(found.named('Temporal')).toEqual({
    name: 'Temporal',
    ok: false,
    detail: `127.0.0.1:${closed} does not answer`,
    todo: 'Start the Temporal server there, or correct TEMPORAL_ADDRESS',
  });
  for (const name of ['Search attributes', 'Worker', 'Schedules', 'Imports at work'])
    expect(found.named(name)).toEqual({ name, ok: false, skipped: true, detail: 'not looked at: Temporal is down' });
  expect(found.named('Waiting imports')).toMatchObject({ ok: true });
  expect(found.code).toBe(1);
});

test('MongoDB that is down is told once; what needs it is not looked at', async () => {
  const found = await doctor({ MONGODB_URI: `mongodb://127.0.0.1:${closed}/imports`, TEMPORAL_ADDRESS: `127.0.0.1:${closed}` });
  expect(found.named('MongoDB')).toMatchObject({ ok: false, detail: expect.stringContaining(`MongoDB at 127.0.0.1:${closed} did not`) });
  for (const name of ['Silent clients', 'Paused clients', 'User keys', 'Waiting imports', 'Imports at work', 'Stuck claims', 'Leftovers'])
    expect(found.named(name)).toEqual({ name, ok: false, skipped: true, detail: 'not looked at: MongoDB is down' });
});

test('where nothing runs the data directory that was looked at is named once, and nobody is asked on port 0', async () => {
  const found = await doctor({ IMPORTS_SFTP_PORT: '0' });
  expect(found.shown.filter(({ detail }) => detail.includes(`no imports up runs on ${dataDir}`)).map(({ name }) => name)).toEqual([
    'MongoDB',
  ]);
  for (const name of ['Temporal', 'SFTP', 'Mail server']) expect(found.named(name)).toEqual({ name, ok: false, detail: 'is not running' });
  expect(found.err).toMatch(/of \d+ checks found something to do/);
});

test('a front door that does not run beside services that are configured says what to do', async () => {
  const env = { MONGODB_URI: 'mongodb://db.example', TEMPORAL_ADDRESS: `127.0.0.1:${closed}`, SMTP_URL: `smtp://127.0.0.1:${closed}` };
  const { named } = await doctor({ ...env, IMPORTS_SFTP_PORT: '0' }, isWell);
  expect(named('SFTP')).toMatchObject({ ok: false, detail: 'is not running', todo: 'Start everything with: imports up' });
});

test('paused clients are named, the longest paused first, with who, why and what ends it', () => {
  const paused = (at: string) => ({ paused: { at: new Date(at), by: 'pat', reason: 'they move' } });
  const clients = [aClient('acme', paused('2026-11-20')), aClient('zenith', paused('2026-11-02')), aClient('other')];
  expect(checkPausedClients(clients)).toEqual({
    ok: true,
    detail: 'zenith (since 2026-11-02, by pat: they move), acme (since 2026-11-20, by pat: they move)',
    todo: 'imports client resume zenith --reason "…"',
  });
  expect(checkPausedClients([aClient('other')])).toEqual({ ok: true, detail: 'none' });
});
