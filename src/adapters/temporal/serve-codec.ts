// What the Temporal UI and the `temporal` command ask to show payloads in the clear: they send what is encrypted to an address of the
// operator's own machine. It only decrypts, and answers no web page but the UI.

import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { PayloadKey } from '../../config/settings';
import { ImportsError, wrongUse } from '../../errors';
import { decryptPayload } from './payload-codec';

const MOST_BYTES = 16 * 1024 * 1024;
const HOST = '127.0.0.1';

const payload = z.object({ metadata: z.record(z.string(), z.base64()), data: z.base64().optional() });
const question = z.object({ payloads: z.array(payload) });

interface ServeCodec {
  /** 0 = any free one. */
  readonly port: number;
  readonly keys: readonly PayloadKey[];
  /** Of the Temporal UI, e.g. `http://127.0.0.1:8233`. */
  readonly origin: string;
}

export async function serveCodec({ port, keys, origin }: ServeCodec): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = http.createServer((request, response) => {
    const answer = (status: number, body: string) => response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    // Browsers name the page that asks; a name that was made to point here is not ours.
    const isForeign =
      ![undefined, origin].includes(request.headers.origin) || !/^(127\.0\.0\.1|localhost)(:|$)/.test(request.headers.host ?? '');
    if (isForeign) return void answer(403, '{"message":"Only the Temporal UI that is set is answered."}');
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-headers', 'content-type,x-namespace,authorization');
    if (request.method === 'OPTIONS') return void answer(204, '');
    if (request.method !== 'POST' || request.url !== '/decode') return void answer(404, '{"message":"There is POST /decode alone."}');
    void read(request)
      .then((text) => answer(200, decode(text, keys)))
      .catch((error: unknown) => {
        const message = error instanceof ImportsError ? error.message : 'That is not a list of payloads.';
        answer(400, JSON.stringify({ message }));
      });
  });
  server.listen(port, HOST);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function read(request: http.IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MOST_BYTES) throw wrongUse(`More than ${MOST_BYTES} bytes of payloads at once.`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function decode(text: string, keys: readonly PayloadKey[]): string {
  const { payloads } = question.parse(JSON.parse(text));
  const decoded = payloads.map(({ metadata, data = '' }) => {
    const bytes = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
    const clear = decryptPayload({ metadata: Object.fromEntries(bytes), data: Buffer.from(data, 'base64') }, keys);
    const words = Object.entries(clear.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')] as const);
    return { metadata: Object.fromEntries(words), data: Buffer.from(clear.data ?? []).toString('base64') };
  });
  return JSON.stringify({ payloads: decoded });
}
