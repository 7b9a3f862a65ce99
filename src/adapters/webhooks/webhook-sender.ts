// Sends events to receivers over HTTP, signed by the scheme of Standard Webhooks. A receiver is somebody else's server behind a URL that a
// person typed: so only public addresses, no redirects, short time limits, and only the beginning of the answer.

import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import net, { type LookupFunction } from 'node:net';
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { isPublicAddress } from '../../domain/webhook/public-address';
import { misconfigured } from '../../errors';
import type { WebhookAnswer, WebhookMessage, WebhookSender } from '../../ports';
import type { ClientId } from '../../domain/ids';

const CONNECT_MS = 5_000;
const WHOLE_MS = 15_000;
/** Of an answer, for the operator who tries a receiver. */
const MOST_READ = 2_048;
const MOST_HEADER = 8_192;
const GONE = 410;

export interface WebhookSenderOptions {
  /** Of the installation, the newest first. All of them sign, so that one can be replaced by another. None = nothing can be sent. */
  readonly secrets: readonly Buffer[];
  /** Private addresses and plain http are allowed. */
  readonly allowsPrivate: boolean;
  /** Replaces the machine's own. */
  readonly lookup?: LookupFunction;
  readonly limits?: { readonly connectMs: number; readonly wholeMs: number };
}

class NotSent extends Error {}

export function createWebhookSender({
  secrets,
  allowsPrivate,
  lookup = resolve,
  limits = { connectMs: CONNECT_MS, wholeMs: WHOLE_MS },
}: WebhookSenderOptions): WebhookSender {
  const problemOf = (text: string): string | undefined => {
    if (secrets.length === 0) return 'IMPORTS_WEBHOOK_SECRET is not set, so nothing can be signed';
    if (allowsPrivate) return undefined;
    const { protocol, hostname } = new URL(text);
    if (protocol !== 'https:') return 'only https:// URLs are allowed, unless IMPORTS_WEBHOOK_PRIVATE is on';
    const address = hostname.replace(/^\[(.*)\]$/, '$1');
    return net.isIP(address) === 0 || isPublicAddress(address) ? undefined : notPublic(address);
  };
  const [newest] = secrets;
  return {
    problemOf,
    secretOf(clientId) {
      if (newest === undefined) {
        throw misconfigured('IMPORTS_WEBHOOK_SECRET is not set: webhooks are off. Make one with: echo "whsec_$(openssl rand -base64 32)"');
      }
      return secretText(webhookKeyOf(newest, clientId));
    },
    async send(message) {
      const problem = problemOf(message.url);
      if (problem !== undefined) return { kind: 'not-taken', status: null, why: problem, said: '' };
      const keys = secrets.map((secret) => webhookKeyOf(secret, message.clientId));
      const pinned = allowsPrivate ? lookup : onlyPublic(lookup);
      try {
        return judge(await post(message, headersOf(message, keys), pinned, limits));
      } catch (error) {
        return { kind: 'not-taken', status: null, why: whyNot(error), said: '' };
      }
    },
  };
}

function headersOf({ id, at, body }: WebhookMessage, keys: readonly Buffer[]): http.OutgoingHttpHeaders {
  return {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'managed-user-import',
    'webhook-id': id,
    'webhook-timestamp': Math.floor(at.getTime() / 1000),
    'webhook-signature': keys.map((key) => new Webhook(key, { format: 'raw' }).sign(id, at, body)).join(' '),
  };
}

interface Answer {
  readonly status: number;
  readonly said: string;
}

/** A new connection each time, to an address that `lookup` returned: a name that is resolved again might lead elsewhere. */
function post(
  { url, body }: WebhookMessage,
  headers: http.OutgoingHttpHeaders,
  lookup: LookupFunction,
  { connectMs, wholeMs }: { readonly connectMs: number; readonly wholeMs: number },
): Promise<Answer> {
  const isSecure = new URL(url).protocol === 'https:';
  return new Promise((done, fail) => {
    const agent = isSecure ? new https.Agent({ keepAlive: false }) : new http.Agent({ keepAlive: false });
    const request = (isSecure ? https : http).request(url, { method: 'POST', headers, lookup, agent, maxHeaderSize: MOST_HEADER });
    const end = (): void => {
      clearTimeout(connecting);
      clearTimeout(whole);
      request.destroy();
    };
    const connecting = setTimeout(() => request.destroy(new NotSent(`did not connect within ${connectMs / 1000} s`)), connectMs);
    const whole = setTimeout(() => request.destroy(new NotSent(`did not answer within ${wholeMs / 1000} s`)), wholeMs);
    request.once('socket', (socket) => socket.once(isSecure ? 'secureConnect' : 'connect', () => clearTimeout(connecting)));
    request.on('error', (error) => {
      end();
      fail(error);
    });
    const unanswered = (): void => {
      end();
      fail(new NotSent('closed the connection without an answer'));
    };
    request.once('close', unanswered);
    // 101: it wants another protocol.
    request.once('upgrade', (response, socket) => {
      end();
      socket.destroy();
      done({ status: response.statusCode ?? 0, said: '' });
    });
    request.once('response', (response) => {
      request.off('close', unanswered);
      let said = '';
      const answer = (): void => {
        end();
        done({ status: response.statusCode ?? 0, said: said.slice(0, MOST_READ) });
      };
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        said += text;
        if (said.length >= MOST_READ) answer();
      });
      // The status is known: how the rest ends changes nothing.
      for (const event of ['end', 'error', 'close']) response.once(event, answer);
    });
    request.end(body);
  });
}

/** Returns only public addresses; a name that has another one as well is refused. */
function onlyPublic(lookup: LookupFunction): LookupFunction {
  return (hostname: string, options: LookupOptions, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, found);
      const addresses = found as LookupAddress[];
      const refused = addresses.find(({ address }) => !isPublicAddress(address));
      if (refused !== undefined || addresses[0] === undefined) {
        return callback(new NotSent(refused === undefined ? 'has no address' : notPublic(refused.address)), []);
      }
      if (options.all === true) callback(null, addresses);
      else callback(null, addresses[0].address, addresses[0].family);
    });
  };
}

function notPublic(address: string): string {
  return `${address} is not a public address; IMPORTS_WEBHOOK_PRIVATE=on allows it`;
}

function judge({ status, said }: Answer): WebhookAnswer {
  if (status >= 200 && status < 300) return { kind: 'taken', status, said };
  if (status === GONE) return { kind: 'gone', status, why: 'answered 410: it wants no more events', said };
  const why =
    status >= 300 && status < 400
      ? `answered ${status}, and redirects are not followed: set the URL that it leads to`
      : `answered ${status}`;
  return { kind: 'not-taken', status, why, said };
}

function whyNot(error: unknown): string {
  if (error instanceof NotSent) return error.message;
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? `cannot be reached (${code})` : 'cannot be reached';
}

/** Derived for each client, so that the receiver of one cannot forge the events of another. null = the installation itself. */
export function webhookKeyOf(installation: Buffer, clientId: ClientId | null): Buffer {
  return clientId === null ? installation : createHmac('sha256', installation).update(`webhook/${clientId}`).digest();
}

/** As receivers are given it, and as the libraries of Standard Webhooks read it. */
export function secretText(key: Buffer): string {
  return `whsec_${key.toString('base64')}`;
}
