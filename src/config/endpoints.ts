// The addresses in use. `imports up` leaves them in `<data>/run/endpoints.json` while it runs, so that the command line finds services
// whose ports were chosen at start. What the environment names wins; what one left behind that was killed counts for nothing.

import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { misconfigured, unreachable } from '../errors';
import type { Config } from './load-config';

const shape = z.object({
  sftp: z.object({ host: z.string(), port: z.number() }),
  /** Only where it is switched on. */
  ftps: z.object({ host: z.string(), port: z.number() }).optional(),
  mongodbUri: z.string(),
  temporalAddress: z.string(),
  temporalUi: z.string().nullable(),
  smtpUrl: z.string(),
});

export type Endpoints = Readonly<z.infer<typeof shape>>;

/** Each service's address where one is known, and what there is to say where none is. */
export interface KnownEndpoints extends Partial<Endpoints> {
  readonly lookedIn?: { readonly dataDir: string; readonly isLeftBehind: boolean };
}

export function endpointsPath(dataDir: string): string {
  return path.join(dataDir, 'run', 'endpoints.json');
}

/** Holds the number of the process of `imports up`. */
export function pidPath(dataDir: string): string {
  return path.join(dataDir, 'run', 'up.pid');
}

export async function readEndpoints(dataDir: string): Promise<Endpoints | undefined> {
  const text = await readFile(endpointsPath(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    const what = `${endpointsPath(dataDir)} is not what imports up writes.`;
    throw misconfigured(`${what} Stop it, remove that file, and start it again: imports up`, { cause });
  }
}

export async function writeEndpoints(dataDir: string, endpoints: Endpoints): Promise<void> {
  const target = endpointsPath(dataDir);
  await mkdir(path.dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}`;
  // A configured address may hold a password: for the owner's eyes only.
  await writeFile(temporary, `${JSON.stringify(endpoints, null, 2)}\n`, { mode: 0o600 });
  await chmod(temporary, 0o600);
  await rename(temporary, target);
}

export async function removeEndpoints(dataDir: string): Promise<void> {
  await rm(endpointsPath(dataDir), { force: true });
}

/** The environment's addresses, else those that `imports up` uses. */
export async function resolveEndpoints(config: Config): Promise<KnownEndpoints> {
  const { dataDir } = config;
  const left = await readEndpoints(dataDir);
  const isLeftBehind = left !== undefined && !(await isUp(dataDir));
  const { address, uiUrl } = config.temporal;
  return {
    lookedIn: { dataDir, isLeftBehind },
    ...(isLeftBehind ? {} : left),
    // A UI of the embedded server knows nothing of the workflows of another.
    ...(address === undefined ? {} : { temporalAddress: address, temporalUi: null }),
    ...(uiUrl === null ? {} : { temporalUi: uiUrl }),
    ...(config.mongodbUri === undefined ? {} : { mongodbUri: config.mongodbUri }),
    ...(config.smtpUrl === undefined ? {} : { smtpUrl: config.smtpUrl }),
  };
}

async function isUp(dataDir: string): Promise<boolean> {
  const pid = Number(await readFile(pidPath(dataDir), 'utf8').catch(() => ''));
  return Number.isInteger(pid) && pid > 0 && isAlive(pid);
}

/** Whether there is a process of this number. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // It is there, and somebody else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const SERVICES = {
  mongodbUri: ['MongoDB', 'MONGODB_URI'],
  temporalAddress: ['Temporal', 'TEMPORAL_ADDRESS'],
  smtpUrl: ['mail server', 'SMTP_URL'],
} as const;

export type ServiceAddress = keyof typeof SERVICES;

/** Throws ImportsError UNREACHABLE when neither the environment nor a running `imports up` names the service. */
export function requireEndpoint({ lookedIn, ...known }: KnownEndpoints, service: ServiceAddress): string {
  const address = known[service];
  if (address !== undefined) return address;
  if (lookedIn?.isLeftBehind) throw unreachable(`imports up on ${lookedIn.dataDir} is no longer running; start it again: imports up`);
  const [name, variable] = SERVICES[service];
  const where = lookedIn === undefined ? '' : `: no imports up runs on ${lookedIn.dataDir} (set IMPORTS_DATA_DIR when it runs on another)`;
  throw unreachable(`No ${name} is known${where}. Start everything with: imports up. Or set ${variable} to a running one.`);
}
