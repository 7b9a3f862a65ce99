// What a process tells of itself: its meters, and the small HTTP server that answers `/metrics` (Prometheus; those of Temporal's core, too),
// `/healthz` (load balancers and alarms) and `/livez` (whatever restarts it).

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { within } from '../../domain/within';
import { misconfigured } from '../../errors';

export interface Counted {
  readonly contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

/** What a process counts, besides the default metrics of Node. */
export function createMeters() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    counter: <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
      new Counter({ name, help, labelNames, registers }),
    gauge: <Label extends string>(name: string, help: string, ...labelNames: Label[]) => new Gauge({ name, help, labelNames, registers }),
  };
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Resolves to whether the part is well; a rejection or a long silence is a no. */
export type Health = Readonly<Record<string, () => Promise<boolean> | boolean>>;

const PATIENCE_MS = 3_000;
const CORE_PATIENCE_MS = 2_000;
/** The parts are checked no more often than this, however often somebody asks. */
const GOOD_FOR_MS = 1_000;

interface ServeMetrics {
  readonly host: string;
  readonly port: number;
  /** The name of the port in the environment. */
  readonly setting: string;
  readonly counted: Counted;
  readonly health: Health;
}

/** Throws ImportsError CONFIG that names `setting` when it cannot listen. */
export async function serveMetrics({ host, port, setting, counted, health }: ServeMetrics): Promise<MetricsServer> {
  let look: { readonly at: number; readonly found: Promise<Found> } | undefined;
  const found = (): Promise<Found> => {
    if (look === undefined || performance.now() - look.at > GOOD_FOR_MS) look = { at: performance.now(), found: askAll(health) };
    return look.found;
  };
  const answers: Readonly<Record<string, (response: ServerResponse) => Promise<void> | void>> = {
    '/metrics': async (response) => {
      const [text, states] = await Promise.all([counted.text(), found()]);
      send(response, 200, counted.contentType, text + asMetric(states));
    },
    '/healthz': async (response) => tellHealth(response, await found()),
    // Our own event loop answers: that is all that a restart could cure.
    '/livez': (response) => send(response, 200, 'text/plain', 'ok\n'),
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url?.split('?')[0] ?? ''];
    if (answer === undefined) return send(response, 404, 'text/plain', 'There is /metrics, /healthz and /livez.\n');
    Promise.resolve(answer(response)).catch(() => send(response, 500, 'text/plain', 'The answer could not be made.\n'));
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw misconfigured(
      `Metrics cannot be served on ${host}:${port} (${code}). Set ${setting} to another port, or end what listens there.`,
      { cause: error },
    );
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Found = readonly (readonly [string, 'ok' | 'not ok'])[];

function askAll(health: Health): Promise<Found> {
  return Promise.all(Object.entries(health).map(async ([name, ask]) => [name, (await isWell(ask)) ? 'ok' : 'not ok'] as const));
}

function tellHealth(response: ServerResponse, found: Found): void {
  const ok = found.every(([, state]) => state === 'ok');
  send(response, ok ? 200 : 503, 'application/json', `${JSON.stringify({ ok, checks: Object.fromEntries(found) })}\n`);
}

/** Alerts use metrics: what `/healthz` says is one of them. */
function asMetric(found: Found): string {
  const samples = found.map(([check, state]) => `imports_well{check="${check}"} ${state === 'ok' ? 1 : 0}\n`);
  return `# HELP imports_well Whether this part is well, as /healthz says.\n# TYPE imports_well gauge\n${samples.join('')}`;
}

function isWell(ask: () => Promise<boolean> | boolean): Promise<boolean> {
  return within(PATIENCE_MS, Promise.resolve().then(ask)).catch(() => false);
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}

/**
 * What Temporal's own part of a worker counts: slots, pollers, waiting times, its cache. It serves them on a loopback port that it binds
 * itself; they go out together with ours, on ours. `address` = `host:port` of Temporal's exporter. When that does not answer, the rest is
 * told without it.
 */
export function withCoreMetrics(ours: Counted, address: string): Counted {
  const core = async (): Promise<string> => {
    const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(CORE_PATIENCE_MS) });
    return answer.ok ? answer.text() : '';
  };
  return {
    contentType: ours.contentType,
    async text() {
      const [first, second] = await Promise.all([ours.text(), core().catch(() => '')]);
      return first + second;
    },
  };
}
