// The sender of webhooks against real receivers on this machine: what arrives, whom it refuses to reach, and how little it waits and reads.

import https from 'node:https';
import type { AddressInfo, LookupFunction } from 'node:net';
import { webhookKeyOf, secretText, createWebhookSender, type WebhookSenderOptions } from '../../../src/adapters/webhooks/webhook-sender';
import { makeCertificate } from '../../../src/ftps/certificate/make-certificate';
import type { WebhookMessage } from '../../../src/ports';
import { clientId } from '../../cli/fake-deps';
import { startReceiver, type Receiver } from '../../support/webhook-receiver';

const secret = Buffer.alloc(32, 7);
const older = Buffer.alloc(32, 8);
const acme = clientId('acme');
const secretOf = (of: typeof acme | null, from = secret) => secretText(webhookKeyOf(from, of));
const sender = (options: Partial<WebhookSenderOptions> = {}) => createWebhookSender({ secrets: [secret], allowsPrivate: true, ...options });
/** A server of names that always says this. */
const names = (...addresses: string[]) => {
  const lookup: LookupFunction = (_name, options, callback) => {
    lookups.push(_name);
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (options.all === true) callback(null, found);
    else callback(null, found[0]!.address, found[0]!.family);
  };
  return lookup;
};

const lookups: string[] = [];
let receiver: Receiver;
beforeEach(async () => {
  lookups.length = 0;
  receiver = await startReceiver(secretOf(acme));
});
afterEach(() => receiver.close());
const message = (change: Partial<WebhookMessage> = {}): WebhookMessage => ({
  url: receiver.url,
  clientId: acme,
  id: 'acme-42_finished',
  at: new Date(),
  body: '{"type":"import.finished","data":{"clientId":"acme"}}',
  ...change,
});

test('an event arrives whole, under its id, and the library verifies it with the secret of the client', async () => {
  expect(await sender().send(message())).toEqual({ kind: 'taken', status: 204, said: '' });
  expect(receiver.requests).toEqual([
    { id: 'acme-42_finished', type: 'import.finished', data: { clientId: 'acme' }, body: message().body },
  ]);
  expect(sender().secretOf(acme)).toBe(secretOf(acme));
});

test('nobody verifies the events of a client with the secret of another one, nor those of the installation', async () => {
  await sender().send(message({ clientId: clientId('zenith') }));
  await sender().send(message({ clientId: null }));
  expect([receiver.forged, receiver.requests.length]).toEqual([2, 0]);
});

test('while a secret is exchanged, everything is signed with both', async () => {
  for (const secrets of [
    [older, secret],
    [secret, older],
  ]) {
    expect(await sender({ secrets }).send(message())).toMatchObject({ kind: 'taken' });
  }
  expect(await sender({ secrets: [older] }).send(message())).toMatchObject({ kind: 'not-taken', status: 401 });
});

test.each([
  [500, 'not-taken', 'answered 500'],
  [404, 'not-taken', 'answered 404'],
  [410, 'gone', 'answered 410: it wants no more events'],
] as const)('status %s is %s', async (status, kind, why) => {
  receiver.answer = () => status;
  expect(await sender().send(message())).toEqual({ kind, status, why, said: `status ${status}` });
});

test('a redirect is not followed', async () => {
  receiver.answer = () => 'redirect';
  expect(await sender().send(message())).toMatchObject({ kind: 'not-taken', status: 302, why: expect.stringContaining('not followed') });
  expect(receiver.requests).toHaveLength(1);
});

test('a receiver that wants another protocol has not taken the event', async () => {
  receiver.answer = () => 'upgrade';
  expect(await sender().send(message())).toEqual({ kind: 'not-taken', status: 101, why: 'answered 101', said: '' });
});

test('a receiver that says nothing is left after a while, and one that never stops talking after 2 KB', async () => {
  receiver.answer = () => 'hang';
  const why = 'did not answer within 0.3 s';
  expect(await sender({ limits: { connectMs: 5_000, wholeMs: 300 } }).send(message())).toMatchObject({ kind: 'not-taken', why });
  receiver.answer = () => 'endless';
  const answer = await sender().send(message());
  expect([answer.status, answer.said.length]).toEqual([500, 2_048]);
});

test('a receiver that hangs up, and one that is not there, are named by the code of the system', async () => {
  receiver.answer = () => 'reset';
  expect(await sender().send(message())).toMatchObject({ kind: 'not-taken', why: 'cannot be reached (ECONNRESET)' });
  await receiver.close();
  expect(await sender().send(message())).toMatchObject({ kind: 'not-taken', why: 'cannot be reached (ECONNREFUSED)' });
});

describe('without IMPORTS_WEBHOOK_PRIVATE', () => {
  const strict = (lookup?: LookupFunction) => sender({ allowsPrivate: false, ...(lookup !== undefined && { lookup }) });
  let port: number;
  let connections: number;
  let server: https.Server;
  beforeEach(async () => {
    connections = 0;
    const pem = makeCertificate(['hooks.example'], new Date());
    server = https.createServer({ cert: pem, key: pem }, (_request, response) => response.end());
    server.on('connection', () => connections++);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

  test.each(['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '10.0.0.1', '169.254.169.254'])(
    'https://%s is refused before anything is connected',
    async (host) => {
      const url = `https://${host}:${port}/`;
      expect(strict().problemOf(url)).toContain('is not a public address');
      expect(await strict().send(message({ url }))).toMatchObject({ kind: 'not-taken', status: null });
      expect(connections).toBe(0);
    },
  );

  test('so is a name that leads to this machine', async () => {
    const url = `https://localhost:${port}/`;
    expect(strict().problemOf(url)).toBeUndefined();
    expect(await strict().send(message({ url }))).toMatchObject({ kind: 'not-taken', why: expect.stringContaining('is not a public') });
    expect(connections).toBe(0);
  });

  test('so is a name of which only one address is private, and one that has none', async () => {
    const url = `https://hooks.example:${port}/`;
    for (const [addresses, why] of [
      [['93.184.216.34', '127.0.0.1'], '127.0.0.1 is not a public address; IMPORTS_WEBHOOK_PRIVATE=on allows it'],
      [['::ffff:127.0.0.1'], '::ffff:127.0.0.1 is not a public address; IMPORTS_WEBHOOK_PRIVATE=on allows it'],
      [[], 'has no address'],
    ] as const) {
      expect(await strict(names(...addresses)).send(message({ url }))).toMatchObject({ kind: 'not-taken', why });
    }
    expect(connections).toBe(0);
  });

  test('the name is resolved once, and the connection goes where that answer led: a second answer is never asked for', async () => {
    const url = `https://hooks.example:${port}/`;
    const once = sender({ lookup: names('127.0.0.1') });
    // Its certificate is its own, so it is reached and not trusted.
    expect(await once.send(message({ url }))).toMatchObject({ kind: 'not-taken', why: 'cannot be reached (DEPTH_ZERO_SELF_SIGNED_CERT)' });
    expect([lookups, connections]).toEqual([['hooks.example'], 1]);
    expect(await once.send(message({ url: url.replace('https', 'HTTPS') }))).toMatchObject({ why: expect.stringContaining('SELF_SIGNED') });
  });

  test('http:// is refused', async () => {
    const why = 'only https:// URLs are allowed, unless IMPORTS_WEBHOOK_PRIVATE is on';
    expect(await strict().send(message({ url: 'http://hooks.example/' }))).toMatchObject({ kind: 'not-taken', status: null, why });
  });
});

test('without a secret nothing is sent, and who asks for one is told how to make it', async () => {
  const off = sender({ secrets: [] });
  expect(await off.send(message())).toMatchObject({ kind: 'not-taken', why: expect.stringContaining('IMPORTS_WEBHOOK_SECRET is not set') });
  expect(() => off.secretOf(acme)).toThrow('openssl rand');
  expect(receiver.forged + receiver.requests.length).toBe(0);
});
