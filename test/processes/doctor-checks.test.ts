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
import { temporalEnvironment } from '../../src/config/temporal';
import { doctorChecks } from '../../src/processes/command/doctor-checks';
import { openOnce } from '../../src/processes/command/open-once';
import type { OpenServices } from '../../src/processes/command/open-services';
import type { ImportId } from '../../src/domain/ids';
import type { WebhookReceiver } from '../../src/domain/webhook/event';
import { createWebhookSender } from '../../src/adapters/webhooks/webhook-sender';
import { checkPausedClients } from '../../src/processes/command/doctor/check-imports';
import { checkWebhooks, type SeenWebhooks } from '../../src/processes/command/doctor/check-webhooks';
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
  imports: { list: async () => [], listIds: async () => [], count: async () => 0, find: async () => undefined },
  undos: { needing: async () => [] },
  outbox: { webhooksGivenUp: async () => [], failedAmong: async () => new Set() },
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

test('in a data directory that is not the right one nothing is looked at, and nothing is called well', async () => {
  const env = { MONGODB_URI: 'mongodb://db.example', TEMPORAL_ADDRESS: `127.0.0.1:${closed}` };
  const skipped = { ok: false, skipped: true, detail: 'not looked at: the data directory is not the right one' };
  const names = ['Disk space', 'Host keys', 'Backups', 'Leftovers'];
  const others = (async () => ({
    ...(await isWell()),
    clients: { list: async () => [aClient('acme')] },
  })) as unknown as OpenServices['mongo'];
  const isAnother = await doctor(env, others);
  expect(isAnother.named('Data directory')).toMatchObject({ ok: false, detail: `no folder of acme in ${dataDir}/clients` });
  for (const name of names) expect(isAnother.named(name)).toEqual({ name, ...skipped });
  rmSync(dataDir, { recursive: true });
  const isGone = await doctor(env, isWell);
  expect(isGone.named('Data directory')).toMatchObject({ ok: false, detail: `${dataDir} is not there or not writable` });
  for (const name of names) expect(isGone.named(name)).toEqual({ name, ...skipped });
});

test('a front door that does not run beside services that are configured says what to do', async () => {
  const env = { MONGODB_URI: 'mongodb://db.example', TEMPORAL_ADDRESS: `127.0.0.1:${closed}`, SMTP_URL: `smtp://127.0.0.1:${closed}` };
  const { named } = await doctor({ ...env, IMPORTS_SFTP_PORT: '0' }, isWell);
  expect(named('SFTP')).toMatchObject({ ok: false, detail: 'is not running', todo: 'Start everything with: imports up' });
});

test('receivers of webhooks are counted, and what cannot be sent, or was not taken, is named', async () => {
  const settings = (webhookUrl: string) => ({ settings: { ...aClient('acme').settings, webhookUrl } });
  const clients = [
    aClient('acme', settings('https://hooks.acme.example/')),
    aClient('zenith', settings('https://10.0.0.1/')),
    aClient('other'),
  ];
  const sender = (...secrets: Buffer[]) => createWebhookSender({ secrets, allowsPrivate: false });
  const now = new Date('2026-11-20T18:00:00Z');
  const check = (change: Partial<SeenWebhooks>, lost: readonly string[] = [], receiver: WebhookReceiver = 'installation') => {
    const outbox = {
      webhooksGivenUp: async (since: Date) =>
        since.toISOString() === '2026-11-13T18:00:00.000Z' ? lost.map((id) => ({ importId: id as ImportId, receiver })) : [],
    };
    return checkWebhooks({ url: null, clients: [], sender: sender(Buffer.alloc(32)), outbox, now, ...change });
  };
  expect(await check({ clients: [aClient('other')], sender: sender() })).toEqual({ ok: true, detail: 'off' });
  const two = { url: 'https://hooks.example/', clients: clients.slice(0, 1) };
  expect(await check(two)).toEqual({ ok: true, detail: '2 receivers; try one with: imports webhook test' });
  expect(await check({ clients })).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^nothing can be sent for zenith: 10\.0\.0\.1 is not a public address/),
  });
  expect(await check({ url: 'https://hooks.example/', sender: sender() })).toMatchObject({
    ok: false,
    detail: expect.stringMatching(/^nothing can be sent for the installation: IMPORTS_WEBHOOK_SECRET is not set/),
  });
  expect(await check(two, ['acme-7', 'acme-7', 'acme-3'])).toEqual({
    ok: true,
    detail: '3 events of the last 7 days could not be delivered (acme-7, acme-3)',
    todo: 'Why: imports show acme-7; then try the receiver: imports webhook test',
  });
  expect(await check(two, ['acme-7'], 'client')).toMatchObject({
    todo: 'Why: imports show acme-7; then try the receiver: imports webhook test acme',
  });
  // Silent since it was added: there is no import to show.
  expect(await check(two, ['acme-0'], 'client')).toMatchObject({
    detail: '1 event of the last 7 days could not be delivered (client acme)',
    todo: 'Try the receiver: imports webhook test acme',
  });
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
