// A receiver of webhooks as the page tells people to build one: it verifies, answers what the test wants, and drops ids that it knows.

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  readonly id: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** How a request is answered: a status, or something stranger. */
export type Answer = number | 'hang' | 'reset' | 'redirect' | 'endless' | 'upgrade';

export interface Receiver {
  readonly url: string;
  /** Requests whose signature holds, in order. */
  readonly requests: Received[];
  /** Those that were taken, each id once. */
  readonly taken: Received[];
  /** How many had no valid signature. */
  forged: number;
  /** For the n-th request (from 1) that is signed well. */
  answer: (request: Received, n: number) => Answer;
  close(): Promise<void>;
}

export async function startReceiver(secret: string): Promise<Receiver> {
  const webhook = new Webhook(secret);
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts).toString();
      try {
        webhook.verify(body, request.headers as Record<string, string>);
      } catch {
        receiver.forged++;
        response.writeHead(401).end();
        return;
      }
      const got: Received = { id: String(request.headers['webhook-id']), ...(JSON.parse(body) as Pick<Received, 'type' | 'data'>), body };
      receiver.requests.push(got);
      const answer = receiver.answer(got, receiver.requests.length);
      if (answer === 'hang') return;
      if (answer === 'reset') return void request.socket.destroy();
      if (answer === 'upgrade') return void request.socket.end('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
      if (answer === 'redirect') return void response.writeHead(302, { location: `${receiver.url}/elsewhere` }).end();
      if (answer === 'endless') {
        response.writeHead(500);
        const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
        return void response.on('close', () => clearInterval(timer));
      }
      if (answer < 300 && !receiver.taken.some(({ id }) => id === got.id)) receiver.taken.push(got);
      response.writeHead(answer).end(`status ${answer}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    taken: [],
    forged: 0,
    answer: () => 204,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
