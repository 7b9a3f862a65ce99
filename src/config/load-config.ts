// Reads the environment once and says everything that is wrong with it at once. Pure: what it returns is all that anybody else
// learns of the environment.

import os from 'node:os';
import path from 'node:path';
import { misconfigured } from '../errors';
import { settings, type Settings } from './settings';

export type Environment = Readonly<Record<string, string | undefined>>;

/** As programs take it: paths are absolute, and what is null is off. */
export type Config = ReturnType<typeof loadConfig>;

/** Throws ImportsError CONFIG that names every problem. A blank variable counts as not set. */
export function loadConfig(env: Environment, workingDir: string = process.cwd()) {
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
    /** What was built or downloaded once for this user of the machine. */
    cacheDir: path.resolve(given['XDG_CACHE_HOME'] ?? path.join(given['HOME'] ?? os.homedir(), '.cache'), 'managed-user-import'),
    logLevel: value.IMPORTS_LOG_LEVEL,
    quietMs: value.IMPORTS_QUIET_SECONDS * 1000,
    /** Rejected records and replaced values of an ended import are kept so long. */
    keepDays: value.IMPORTS_KEEP_DAYS,
    /** How long files in `.bak` are kept; null = for ever. */
    keepBackupDays: value.IMPORTS_KEEP_BACKUP_DAYS ?? null,
    /** What may lie in the `.bak` of each client. */
    backups: { backupBytes: value.IMPORTS_BACKUP_GIB * 1024 ** 3, backupFiles: value.IMPORTS_BACKUP_FILES },
    worker: {
      /** Steps at once, by queue. */
      slots: { imports: value.IMPORTS_SLOTS, mail: value.IMPORTS_MAIL_SLOTS, background: value.IMPORTS_BACKGROUND_SLOTS },
      buildId: value.IMPORTS_BUILD_ID,
      /** Temporal gives work to a build only when an operator has made it current. */
      isVersioned: value.IMPORTS_WORKER_VERSIONING === 'on',
    },
    /** Where each process serves metrics and health. */
    metrics: {
      host: value.IMPORTS_METRICS_HOST,
      workerPort: value.IMPORTS_WORKER_METRICS_PORT ?? null,
      sftpPort: value.IMPORTS_SFTP_METRICS_PORT ?? null,
    },
    /** Port 0 = any free one, here and below. */
    sftp: { host: value.IMPORTS_SFTP_HOST, port: value.IMPORTS_SFTP_PORT },
    ftps: ftpsOf(value, workingDir),
    /** Networks whose addresses many clients share: neither banned nor bounded. */
    sharedAddresses: value.IMPORTS_SHARED_ADDRESSES ?? [],
    /** Networks of load balancers that say, in the PROXY protocol, whose connection they pass on. */
    proxies: value.IMPORTS_PROXY_FROM ?? [],
    /** Replaces From where the mail server demands its own domain. */
    mailFrom: value.IMPORTS_MAIL_FROM,
    /** `url` gets the events of all clients. Without a secret nothing is sent. */
    webhooks: {
      url: value.IMPORTS_WEBHOOK_URL ?? null,
      secrets: value.IMPORTS_WEBHOOK_SECRET ?? [],
      allowsPrivate: value.IMPORTS_WEBHOOK_PRIVATE === 'on',
    },
    /** These two and the address of Temporal: undefined = embedded. */
    mongodbUri: value.MONGODB_URI,
    smtpUrl: value.SMTP_URL,
    temporal: {
      address: value.TEMPORAL_ADDRESS,
      namespace: value.TEMPORAL_NAMESPACE,
      uiUrl: value.IMPORTS_TEMPORAL_UI_URL ?? null,
      /** The first one encrypts what goes into Temporal, all of them decrypt; none = it is kept in the clear. */
      payloadKeys: value.IMPORTS_PAYLOAD_KEY ?? [],
    },
    /** Where an operator's machine decrypts payloads for the Temporal UI. */
    codecPort: value.IMPORTS_CODEC_PORT,
    /** Where embedded services would like to listen. */
    embeddedPorts: {
      mongo: value.IMPORTS_MONGO_PORT,
      temporal: value.IMPORTS_TEMPORAL_PORT,
      temporalUi: value.IMPORTS_TEMPORAL_UI_PORT,
      smtp: value.IMPORTS_SMTP_PORT,
    },
    /** As given: for programs that we start, and for Temporal's own names. */
    env,
  } as const;
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

/** null = off. */
function ftpsOf(value: Settings, workingDir: string) {
  const { IMPORTS_FTPS_PORT: port, IMPORTS_FTPS_CERT: certificate, IMPORTS_FTPS_KEY: key } = value;
  if (port === undefined) return null;
  const absolute = (file: string): string => path.resolve(workingDir, file);
  return {
    host: value.IMPORTS_FTPS_HOST,
    port,
    /** PEM files; null = one of our own. */
    certificate: certificate === undefined || key === undefined ? null : { certificate: absolute(certificate), key: absolute(key) },
    /** Both ends included; 0 = any free ones. */
    passivePorts: value.IMPORTS_FTPS_PASSIVE_PORTS,
    /** IPv4; null = where the client reached us. */
    publicAddress: value.IMPORTS_FTPS_PUBLIC_ADDRESS ?? null,
  } as const;
}
