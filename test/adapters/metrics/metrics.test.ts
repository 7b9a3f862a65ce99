import { once } from 'node:events';
import { createServer } from 'node:http';
import net from 'node:net';
import { withCoreMetrics, serveMetrics, type Health, type MetricsServer } from '../../../src/adapters/metrics/serve-metrics';
import { createDoorMetrics } from '../../../src/adapters/metrics/door-metrics';
import { createImportMetrics } from '../../../src/adapters/metrics/import-metrics';
import { parseClientId } from '../../../src/domain/ids';
import { NO_COUNTS } from '../../../src/domain/import-run';
import type { ImportState } from '../../../src/domain/import-state';

const clientId = parseClientId('acme')!;
const now = new Date('2026-11-20T19:00:00Z');
const clock = { now: () => now };
const scans = async () => new Map([['every-5m', { last: new Date(now.getTime() - 60_000), missed: 2 }]]);
const none = { waiting: async () => ({ count: 0, oldest: null }) };

/** The samples of ours, without those of the process. */
const samples = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('imports_') && !line.includes('_bucket'));

describe('a worker', () => {
  test('counts imports by outcome and records by decision', async () => {
    const metrics = createImportMetrics({ imports: none, clock, scans });
    const counts = { ...NO_COUNTS, records: 7, created: 2, updated: 3, archived: 1, rejected: 2 };
    metrics.importEnded({ clientId, outcome: 'imported-with-failures', counts });
    metrics.importEnded({ clientId, outcome: 'failed', counts: null });
    const text = samples(await metrics.text());
    expect(text).toEqual(
      expect.arrayContaining([
        'imports_ended_total{client="acme",outcome="imported-with-failures"} 1',
        'imports_ended_total{client="acme",outcome="failed"} 1',
        'imports_records_total{client="acme",decision="created"} 2',
        'imports_records_total{client="acme",decision="archived"} 1',
        'imports_records_total{client="acme",decision="rejected"} 2',
      ]),
    );
  });

  test('times phases, apart by how they ended, and counts alarms and events', async () => {
    const metrics = createImportMetrics({ imports: none, clock, scans });
    metrics.stepEnded({ phase: 'applying', result: 'done', seconds: 2 });
    metrics.stepEnded({ phase: 'applying', result: 'failed', seconds: 3 });
    metrics.silenceAlarmSent(clientId);
    metrics.webhookEnded({ clientId, result: 'failed' });
    expect(samples(await metrics.text())).toEqual(
      expect.arrayContaining([
        'imports_phase_seconds_sum{phase="applying",result="done"} 2',
        'imports_phase_seconds_count{phase="applying",result="failed"} 1',
        'imports_silence_alarms_total{client="acme"} 1',
        'imports_webhooks_total{client="acme",result="failed"} 1',
      ]),
    );
  });

  test('asks the database at each scrape what has not ended, and how old the queue is', async () => {
    const waiting: Partial<Record<ImportState, { count: number; oldest: Date }>> = {
      claiming: { count: 1, oldest: new Date(now.getTime() - 30_000) },
      queued: { count: 2, oldest: new Date(now.getTime() - 90_000) },
      failed: { count: 4, oldest: new Date(0) },
    };
    const metrics = createImportMetrics({
      imports: { waiting: async (state) => waiting[state] ?? { count: 0, oldest: null } },
      clock,
      scans,
    });
    const expected = ['imports_open{state="queued"} 2', 'imports_open{state="failed"} 4', 'imports_open{state="held"} 0'];
    expect(samples(await metrics.text())).toEqual(expect.arrayContaining([...expected, 'imports_queue_age_seconds 90']));
    delete waiting.queued;
    delete waiting.claiming;
    expect(samples(await metrics.text())).toEqual(
      expect.arrayContaining(['imports_open{state="queued"} 0', 'imports_queue_age_seconds 0']),
    );
  });

  test('asks Temporal at each scrape when each schedule last looked for files, and how many ticks were missed', async () => {
    let isDown = false;
    const metrics = createImportMetrics({ imports: none, clock, scans: () => (isDown ? Promise.reject(new Error('down')) : scans()) });
    expect(samples(await metrics.text())).toEqual(
      expect.arrayContaining([
        `imports_last_scan_timestamp_seconds{schedule="every-5m"} ${now.getTime() / 1000 - 60}`,
        'imports_scans_missed{schedule="every-5m"} 2',
      ]),
    );
    isDown = true;
    const text = samples(await metrics.text()).join('\n');
    expect(text).toContain('imports_open{state="queued"} 0');
    expect(text).not.toContain('scan');
  });

  test('tells the rest when the database does not answer, and no old numbers as new', async () => {
    let isDown = false;
    const imports = { waiting: () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve({ count: 3, oldest: now })) };
    const metrics = createImportMetrics({ imports, clock, scans });
    expect(samples(await metrics.text()).join('\n')).toContain('imports_open{state="failed"} 3');
    isDown = true;
    metrics.silenceAlarmSent(clientId);
    const text = samples(await metrics.text()).join('\n');
    expect(text).toContain('imports_silence_alarms_total{client="acme"} 1');
    expect(text).not.toMatch(/^imports_(open|queue_age_seconds)/m);
  });
});

const noneWaiting = async () => ({});
const createDoor = () => createDoorMetrics({ findWaiting: noneWaiting, clock });

test('the front door counts uploads, logins and who was kept out, and bytes of what was published only', async () => {
  const metrics = createDoor();
  metrics.uploadEnded({ clientId, result: 'complete', bytes: 100 });
  metrics.uploadEnded({ clientId, result: 'partial', bytes: 7 });
  metrics.loginEnded({ method: 'password', result: 'wrong-password' });
  metrics.peerTurnedAway('banned');
  metrics.addressBanned();
  expect(samples(await metrics.text())).toEqual([
    'imports_uploads_total{client="acme",result="complete"} 1',
    'imports_uploads_total{client="acme",result="partial"} 1',
    'imports_upload_bytes_total{client="acme"} 100',
    'imports_logins_total{method="password",result="wrong-password"} 1',
    'imports_connections_turned_away_total{reason="banned"} 1',
    'imports_bans_total 1',
  ]);
});

test('the front door tells how long the oldest file has waited, also when a look takes too long or fails', async () => {
  const later = new Date(now.getTime() + 60_000);
  let time = now;
  const found = { prompt: { files: 2, oldest: new Date(now.getTime() - 90_000) }, paused: { files: 0, oldest: null } };
  const findWaiting = jest.fn<Promise<typeof found>, []>(async () => found);
  const metrics = createDoorMetrics({ findWaiting, clock: { now: () => time } });
  const waiting = async () => samples(await metrics.text()).filter((line) => line.includes('waiting'));
  expect(await waiting()).toEqual([
    'imports_waiting_files{intake="prompt"} 2',
    'imports_waiting_files{intake="paused"} 0',
    'imports_oldest_waiting_file_seconds{intake="prompt"} 90',
    'imports_oldest_waiting_file_seconds{intake="paused"} 0',
  ]);
  time = later;
  for (const look of [() => Promise.reject(new Error('no disk')), () => new Promise<never>(() => undefined)]) {
    findWaiting.mockImplementationOnce(look);
    expect(await waiting()).toContain('imports_oldest_waiting_file_seconds{intake="prompt"} 150');
  }
});

test.each([
  ['worker', () => createImportMetrics({ imports: none, clock, scans })],
  ['front door', createDoor],
])('the %s tells of its process, too', async (_name, create) => {
  expect(await create().text()).toMatch(/^process_resident_memory_bytes \d/m);
});

describe('the server of metrics', () => {
  let server: MetricsServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  const serve = async (health: Health = {}, text = () => Promise.resolve('a 1\n')): Promise<string> => {
    server = await serveMetrics({
      host: '127.0.0.1',
      port: 0,
      setting: 'IMPORTS_WORKER_METRICS_PORT',
      counted: { contentType: 'text/plain; version=0.0.4', text },
      health,
    });
    return `http://127.0.0.1:${server.port}`;
  };

  test('gives metrics in the format that Prometheus reads', async () => {
    const answer = await fetch(`${await serve()}/metrics?all`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4']);
    expect(await answer.text()).toMatch(/^a 1\n/);
  });

  test('tells what is well as a metric, too, so that alerts can go by it', async () => {
    const answer = await fetch(`${await serve({ mongodb: () => true, temporal: () => false })}/metrics`);
    const lines = (await answer.text()).split('\n');
    expect(lines).toEqual(expect.arrayContaining(['imports_well{check="mongodb"} 1', 'imports_well{check="temporal"} 0']));
  });

  test.each<[number, Health, object]>([
    [200, { mongodb: async () => true, temporal: () => true }, { ok: true, checks: { mongodb: 'ok', temporal: 'ok' } }],
    [503, { mongodb: async () => true, temporal: () => false }, { ok: false, checks: { mongodb: 'ok', temporal: 'not ok' } }],
    [503, { mongodb: () => Promise.reject(new Error('secret')) }, { ok: false, checks: { mongodb: 'not ok' } }],
    [
      503,
      { mongodb: async () => true, temporal: () => new Promise<boolean>(() => {}) },
      { ok: false, checks: { mongodb: 'ok', temporal: 'not ok' } },
    ],
    [503, { mongodb: () => new Promise<boolean>(() => {}) }, { ok: false, checks: { mongodb: 'not ok' } }],
  ])('answers %d about health, and which part is ill', async (status, health, body) => {
    const answer = await fetch(`${await serve(health)}/healthz`);
    expect([answer.status, await answer.json()]).toEqual([status, body]);
  });

  test('answers that the process lives, whatever is ill', async () => {
    expect((await fetch(`${await serve({ mongodb: () => false })}/livez`)).status).toBe(200);
  });

  test('asks the parts once, however many ask it at the same time', async () => {
    const mongodb = jest.fn(async () => true);
    const address = await serve({ mongodb });
    await Promise.all(Array.from({ length: 10 }, () => fetch(`${address}/healthz`)));
    expect(mongodb).toHaveBeenCalledTimes(1);
  });

  test("gives what Temporal's core counts as well, and goes without when that does not answer", async () => {
    const core = createServer((_, response) => response.end('temporal_num_pollers 4\n')).listen(0, '127.0.0.1');
    await once(core, 'listening');
    const { port } = core.address() as net.AddressInfo;
    const counted = withCoreMetrics({ contentType: 'text/plain', text: async () => 'imports_open 1\n' }, `127.0.0.1:${port}`);
    expect(await counted.text()).toBe('imports_open 1\ntemporal_num_pollers 4\n');
    core.close();
    core.closeAllConnections();
    expect(await counted.text()).toBe('imports_open 1\n');
  });

  test('says what there is when asked for anything else, and nothing of errors', async () => {
    const address = await serve({}, () => Promise.reject(new Error('secret')));
    expect((await fetch(`${address}/`)).status).toBe(404);
    const broken = await fetch(`${address}/metrics`);
    expect(broken.status).toBe(500);
    expect(await broken.text()).not.toContain('secret');
  });

  test('names the setting when its port is taken', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as net.AddressInfo;
    const counted = createDoor();
    await expect(
      serveMetrics({ host: '127.0.0.1', port, setting: 'IMPORTS_SFTP_METRICS_PORT', counted, health: {} }),
    ).rejects.toMatchObject({
      code: 'CONFIG',
      message: expect.stringMatching(/EADDRINUSE.*IMPORTS_SFTP_METRICS_PORT/),
    });
    other.close();
  });
});
