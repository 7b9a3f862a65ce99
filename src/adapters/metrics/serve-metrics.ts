// A small HTTP server of a process: `/metrics` for Prometheus, `/healthz` for whoever restarts it. Tells no more than names of parts and
// whether they are well.

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ImportsError } from '../../errors';

export interface Counted {
  readonly contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Resolves to whether the part is well; a rejection or a long silence is a no. */
export type Health = Readonly<Record<string, () => Promise<boolean> | boolean>>;

const PATIENCE_MS = 2_000;

/** Throws ImportsError CONFIG that names `setting` when it cannot listen. */
export async function serveMetrics(options: {
  readonly host: string;
  readonly port: number;
  /** The name of the port in the environment. */
  readonly setting: string;
  readonly counted: Counted;
  readonly health: Health;
}): Promise<MetricsServer> {
  const { host, port, setting, counted, health } = options;
  const server = createServer((request, response) => {
    const asked = request.url?.split('?')[0];
    const answer = asked === '/metrics' ? tellMetrics(response, counted) : asked === '/healthz' ? tellHealth(response, health) : undefined;
    if (answer === undefined) send(response, 404, 'text/plain', 'There is /metrics and /healthz.\n');
    answer?.catch(() => send(response, 500, 'text/plain', 'The answer could not be made.\n'));
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ImportsError(
      'CONFIG',
      `Metrics cannot be served on ${host}:${port} (${code}). Set ${setting} to another port, or end what listens there.`,
      {
        cause: error,
      },
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

async function tellMetrics(response: ServerResponse, counted: Counted): Promise<void> {
  send(response, 200, counted.contentType, await counted.text());
}

async function tellHealth(response: ServerResponse, health: Health): Promise<void> {
  const checks = await Promise.all(
    Object.entries(health).map(async ([name, ask]) => [name, (await isWell(ask)) ? 'ok' : 'not ok'] as const),
  );
  const ok = checks.every(([, found]) => found === 'ok');
  send(response, ok ? 200 : 503, 'application/json', `${JSON.stringify({ ok, checks: Object.fromEntries(checks) })}\n`);
}

async function isWell(ask: () => Promise<boolean> | boolean): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  try {
    return await Promise.race([Promise.resolve(ask()), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function send(response: ServerResponse, status: number, contentType: string, body: string): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
}
