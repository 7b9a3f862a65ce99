// Every setting of the environment, in one table. Temporal's own names (TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS…) are
// passed on unchanged to Temporal. `.env.example` shows the same table to people; a test keeps the two in step.

import * as z from 'zod';
import { parseNetwork } from '../domain/client/network';
import { parseWebhookUrl } from '../domain/webhook/public-address';

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const text = (form: RegExp, problem: string) => z.string().regex(form, problem);
const number = (form: RegExp, problem: string) => text(form, problem).transform(Number);
const parsed = <T>(parse: (given: string) => T | undefined, problem: string) =>
  z.string().transform((given, context) => {
    const read = parse(given);
    if (read === undefined) context.addIssue(problem);
    return read ?? z.NEVER;
  });
const days = number(/^[1-9]\d{0,4}$/, 'is not a whole number of days from 1 to 99999');
const positive = number(/^[1-9]\d{0,8}$/, 'is not a whole number from 1 to 999999999');
const slots = (usual: number) => number(/^[1-9]\d{0,2}$/, 'is not a whole number from 1 to 999').prefault(String(usual));
const anyPort = z
  .string()
  .refine((given) => /^\d{1,5}$/.test(given) && Number(given) <= 65_535, 'is not a whole number from 0 to 65535')
  .transform(Number);
const port = (usual: number) => anyPort.prefault(String(usual));
const networks = z
  .string()
  .transform((given) => given.split(',').map((part) => part.trim()))
  .refine(
    (parts) => parts.every((part) => parseNetwork(part) !== undefined),
    'is not a list of addresses and networks, e.g. 192.0.2.10,10.0.0.0/8',
  );

function portRange(given: string): { readonly from: number; readonly to: number } {
  const [from = 0, to = from] = given.split('-').map(Number);
  return { from, to };
}

function isPortRange(given: string): boolean {
  const { from, to } = portRange(given);
  return given === '0' || (/^\d{1,5}-\d{1,5}$/.test(given) && from >= 1 && from <= to && to <= 65_535);
}

/** `whsec_` and base64. */
const SECRET = /^whsec_((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/;
/** What Standard Webhooks asks for. */
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;

/** The secrets that sign webhooks, separated by commas, the newest first. Undefined when the text is not a list of these, each once. */
function parseWebhookSecrets(given: string): readonly Buffer[] | undefined {
  const secrets: Buffer[] = [];
  for (const part of given.split(',')) {
    const secret = Buffer.from(SECRET.exec(part.trim())?.[1] ?? '', 'base64');
    if (secret.length < FEWEST_BYTES || secret.length > MOST_BYTES || secrets.some((other) => other.equals(secret))) return undefined;
    secrets.push(secret);
  }
  return secrets;
}

/** What goes into Temporal is encrypted with it. */
export interface PayloadKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: Buffer;
}

const PAYLOAD_KEY = /^(?<id>[\w.-]{1,40}):(?<key>[A-Za-z0-9+/]{43}=)$/;

/** `id:key`, separated by commas, the newest first. Undefined when the text is not a list of these with different ids. */
export function parsePayloadKeys(given: string): readonly PayloadKey[] | undefined {
  const keys: PayloadKey[] = [];
  for (const part of given.split(',')) {
    const { id, key } = PAYLOAD_KEY.exec(part.trim())?.groups ?? {};
    if (id === undefined || key === undefined || keys.some((other) => other.id === id)) return undefined;
    keys.push({ id, key: Buffer.from(key, 'base64') });
  }
  return keys;
}

export const settings = z.object({
  IMPORTS_DATA_DIR: z.string().default('./data'),
  MONGODB_URI: text(/^mongodb(\+srv)?:\/\/[^/?\s]+/, 'is not a MongoDB address, e.g. mongodb://db.example:27017/imports').optional(),
  TEMPORAL_ADDRESS: text(/^[^\s/]+:\d{1,5}$/, 'is not a host:port, e.g. temporal.example:7233').optional(),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  IMPORTS_PAYLOAD_KEY: parsed(
    parsePayloadKeys,
    'is not a list of keys such as 2026a:<what `openssl rand -base64 32` prints>, each id once',
  ).optional(),
  IMPORTS_CODEC_PORT: port(8081),
  IMPORTS_TEMPORAL_UI_URL: text(/^https?:\/\/[^\s/]/, 'is not an http:// or https:// address').optional(),
  SMTP_URL: text(/^smtps?:\/\/[^\s/]/, 'is not an smtp:// or smtps:// address, e.g. smtps://user:password@mail.example').optional(),
  IMPORTS_MAIL_FROM: text(/^[^\s@<>]+@[^\s@<>]+$/, 'is not an e-mail address').optional(),
  IMPORTS_WEBHOOK_URL: z
    .string()
    .refine(parseWebhookUrl, 'is not a URL without user name and password, e.g. https://hooks.example/imports')
    .optional(),
  IMPORTS_WEBHOOK_SECRET: parsed(
    parseWebhookSecrets,
    'must be whsec_ followed by the output of `openssl rand -base64 32`, or several of these, separated by commas',
  ).optional(),
  IMPORTS_WEBHOOK_PRIVATE: z.enum(['on', 'off'], 'is neither on nor off').default('off'),
  IMPORTS_SFTP_HOST: z.string().default('127.0.0.1'),
  IMPORTS_SFTP_PORT: port(2222),
  IMPORTS_FTPS_HOST: z.string().default('127.0.0.1'),
  IMPORTS_FTPS_PORT: anyPort.optional(),
  IMPORTS_FTPS_CERT: z.string().optional(),
  IMPORTS_FTPS_KEY: z.string().optional(),
  IMPORTS_FTPS_PASSIVE_PORTS: z
    .string()
    .refine(isPortRange, 'is not a range of ports, e.g. 50000-50100 (0 = any free ones)')
    .transform(portRange)
    .prefault('50000-50100'),
  IMPORTS_FTPS_PUBLIC_ADDRESS: z.ipv4('is not an IPv4 address, e.g. 203.0.113.10').optional(),
  IMPORTS_SHARED_ADDRESSES: networks.optional(),
  IMPORTS_PROXY_FROM: networks.optional(),
  IMPORTS_QUIET_SECONDS: number(/^\d{1,4}(\.\d{1,3})?$/, 'is not a number of seconds, e.g. 5').prefault('5'),
  IMPORTS_KEEP_DAYS: days.prefault('90'),
  IMPORTS_KEEP_BACKUP_DAYS: days.optional(),
  IMPORTS_SLOTS: slots(16),
  IMPORTS_MAIL_SLOTS: slots(32),
  IMPORTS_BACKGROUND_SLOTS: slots(4),
  IMPORTS_BUILD_ID: text(/^[\w.+-]{1,64}$/, 'is not a build id of up to 64 letters, digits and . + - _').default('unversioned'),
  IMPORTS_WORKER_VERSIONING: z.enum(['on', 'off'], 'is neither on nor off').default('off'),
  IMPORTS_BACKUP_GIB: positive.prefault('100'),
  IMPORTS_BACKUP_FILES: positive.prefault('500000'),
  IMPORTS_METRICS_HOST: z.string().default('127.0.0.1'),
  IMPORTS_WORKER_METRICS_PORT: anyPort.optional(),
  IMPORTS_SFTP_METRICS_PORT: anyPort.optional(),
  /** Read by the command line itself, which must say who types even where other settings are wrong. */
  IMPORTS_OPERATOR: z.string().optional(),
  IMPORTS_LOG_LEVEL: z.enum(LOG_LEVELS, `is none of ${LOG_LEVELS.join(', ')}`).default('info'),
  IMPORTS_MONGO_PORT: port(27_017),
  IMPORTS_TEMPORAL_PORT: port(7233),
  IMPORTS_TEMPORAL_UI_PORT: port(8233),
  IMPORTS_SMTP_PORT: port(1025),
});

export type Settings = z.infer<typeof settings>;
