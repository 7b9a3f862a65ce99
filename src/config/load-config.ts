// Reads the environment once and says everything that is wrong with it at once. Pure: what it returns is all that anybody else
// learns of the environment.

import os from 'node:os';
import path from 'node:path';
import { misconfigured } from '../errors';
import { type PayloadKey, settings, type LogLevel, type Settings } from './settings';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Config {
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute; what was built or downloaded once for this user of the machine. */
  readonly cacheDir: string;
  readonly logLevel: LogLevel;
  readonly quietMs: number;
  /** Rejected records and replaced values of an ended import are kept so long. */
  readonly keepDays: number;
  /** How long files in `.bak` are kept; null = for ever. */
  readonly keepBackupDays: number | null;
  /** What may lie in the `.bak` of each client. */
  readonly backups: { readonly backupBytes: number; readonly backupFiles: number };
  /** Where each process serves metrics and health; a port that is null = not. */
  readonly worker: {
    /** Steps at once, by queue. */
    readonly slots: { readonly imports: number; readonly mail: number; readonly background: number };
    readonly buildId: string;
    /** Temporal gives work to a build only when an operator has made it current. */
    readonly isVersioned: boolean;
  };
  readonly metrics: { readonly host: string; readonly workerPort: number | null; readonly sftpPort: number | null };
  /** Port 0 = any free one. */
  readonly sftp: { readonly host: string; readonly port: number };
  /** null = off. */
  readonly ftps: {
    readonly host: string;
    readonly port: number;
    /** PEM files; null = one of our own. */
    readonly certificate: { readonly certificate: string; readonly key: string } | null;
    /** Both ends included; 0 = any free ones. */
    readonly passivePorts: { readonly from: number; readonly to: number };
    /** IPv4; null = where the client reached us. */
    readonly publicAddress: string | null;
  } | null;
  /** Networks whose addresses many clients share: neither banned nor bounded. */
  readonly sharedAddresses: readonly string[];
  /** Networks of load balancers that say, in the PROXY protocol, whose connection they pass on. */
  readonly proxies: readonly string[];
  /** Replaces From where the mail server demands its own domain. */
  readonly mailFrom: string | undefined;
  /** `url` gets the events of all clients; null = none. Without a secret nothing is sent. */
  readonly webhooks: { readonly url: string | null; readonly secrets: readonly Buffer[]; readonly allowsPrivate: boolean };
  /** The three services: undefined = embedded. */
  readonly mongodbUri: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly temporal: {
    readonly address: string | undefined;
    readonly namespace: string;
    readonly uiUrl: string | null;
    /** The first one encrypts what goes into Temporal, all of them decrypt; none = it is kept in the clear. */
    readonly payloadKeys: readonly PayloadKey[];
  };
  /** Where an operator's machine decrypts payloads for the Temporal UI; 0 = any free port. */
  readonly codecPort: number;
  /** Where embedded services would like to listen; 0 = any free port. */
  readonly embeddedPorts: { readonly mongo: number; readonly temporal: number; readonly temporalUi: number; readonly smtp: number };
  /** As given: for programs that we start, and for Temporal's own names. */
  readonly env: Environment;
}

/** Throws ImportsError CONFIG that names every problem. A blank variable counts as not set. */
export function loadConfig(env: Environment, workingDir: string = process.cwd()): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const unknown = Object.keys(given).filter((name) => name.startsWith('IMPORTS_') && !(name in settings.shape));
  const read = settings.safeParse(given);
  // The value itself is never shown: an address may hold a password.
  const wrong = read.success ? [] : read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
  const halves = ['IMPORTS_FTPS_CERT', 'IMPORTS_FTPS_KEY'].filter((name) => name in given);
  const half = halves.length === 1 ? ['IMPORTS_FTPS_CERT and IMPORTS_FTPS_KEY belong together: set both or neither'] : [];
  const problems = [...wrong, ...unknown.map((name) => `${name} is not a setting`), ...half, ...webhookProblems(given)];
  if (!read.success || problems.length > 0)
    throw misconfigured(`The environment is not usable: ${problems.join('; ')}. All settings are in .env.example.`);

  const value = read.data;
  return {
    dataDir: path.resolve(workingDir, value.IMPORTS_DATA_DIR),
    cacheDir: path.resolve(given['XDG_CACHE_HOME'] ?? path.join(given['HOME'] ?? os.homedir(), '.cache'), 'managed-user-import'),
    logLevel: value.IMPORTS_LOG_LEVEL,
    quietMs: value.IMPORTS_QUIET_SECONDS * 1000,
    keepDays: value.IMPORTS_KEEP_DAYS,
    keepBackupDays: value.IMPORTS_KEEP_BACKUP_DAYS ?? null,
    worker: {
      slots: { imports: value.IMPORTS_SLOTS, mail: value.IMPORTS_MAIL_SLOTS, background: value.IMPORTS_BACKGROUND_SLOTS },
      buildId: value.IMPORTS_BUILD_ID,
      isVersioned: value.IMPORTS_WORKER_VERSIONING === 'on',
    },
    backups: { backupBytes: value.IMPORTS_BACKUP_GIB * 1024 ** 3, backupFiles: value.IMPORTS_BACKUP_FILES },
    metrics: {
      host: value.IMPORTS_METRICS_HOST,
      workerPort: value.IMPORTS_WORKER_METRICS_PORT ?? null,
      sftpPort: value.IMPORTS_SFTP_METRICS_PORT ?? null,
    },
    sftp: { host: value.IMPORTS_SFTP_HOST, port: value.IMPORTS_SFTP_PORT },
    ftps: ftpsOf(value, workingDir),
    sharedAddresses: value.IMPORTS_SHARED_ADDRESSES ?? [],
    proxies: value.IMPORTS_PROXY_FROM ?? [],
    mailFrom: value.IMPORTS_MAIL_FROM,
    webhooks: {
      url: value.IMPORTS_WEBHOOK_URL ?? null,
      secrets: value.IMPORTS_WEBHOOK_SECRET ?? [],
      allowsPrivate: value.IMPORTS_WEBHOOK_PRIVATE === 'on',
    },
    mongodbUri: value.MONGODB_URI,
    smtpUrl: value.SMTP_URL,
    temporal: {
      address: value.TEMPORAL_ADDRESS,
      namespace: value.TEMPORAL_NAMESPACE,
      uiUrl: value.IMPORTS_TEMPORAL_UI_URL ?? null,
      payloadKeys: value.IMPORTS_PAYLOAD_KEY ?? [],
    },
    codecPort: value.IMPORTS_CODEC_PORT,
    embeddedPorts: {
      mongo: value.IMPORTS_MONGO_PORT,
      temporal: value.IMPORTS_TEMPORAL_PORT,
      temporalUi: value.IMPORTS_TEMPORAL_UI_PORT,
      smtp: value.IMPORTS_SMTP_PORT,
    },
    env,
  };
}

function webhookProblems({
  IMPORTS_WEBHOOK_URL: url,
  IMPORTS_WEBHOOK_SECRET: secret,
  IMPORTS_WEBHOOK_PRIVATE: isPrivate,
}: Environment): readonly string[] {
  if (url === undefined) return [];
  return [
    ...(secret === undefined ? ['IMPORTS_WEBHOOK_URL needs IMPORTS_WEBHOOK_SECRET, which signs what is sent there'] : []),
    ...(/^http:/i.test(url) && isPrivate !== 'on' ? ['IMPORTS_WEBHOOK_URL must be https://, unless IMPORTS_WEBHOOK_PRIVATE is on'] : []),
  ];
}

function ftpsOf(value: Settings, workingDir: string): Config['ftps'] {
  const { IMPORTS_FTPS_PORT: port, IMPORTS_FTPS_CERT: certificate, IMPORTS_FTPS_KEY: key } = value;
  if (port === undefined) return null;
  const absolute = (file: string): string => path.resolve(workingDir, file);
  return {
    host: value.IMPORTS_FTPS_HOST,
    port,
    certificate: certificate === undefined || key === undefined ? null : { certificate: absolute(certificate), key: absolute(key) },
    passivePorts: value.IMPORTS_FTPS_PASSIVE_PORTS,
    publicAddress: value.IMPORTS_FTPS_PUBLIC_ADDRESS ?? null,
  };
}
