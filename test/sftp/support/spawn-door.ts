// Starts a front door in a process of its own and looks at what it holds: memory and descriptors, as the system counts them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { PASSWORD } from './front-door-fixture';
import type { Address } from './connect';
import { HELD, type DoorOrders } from './door-orders';
import { until } from './until';

export interface SpawnedDoor {
  readonly door: Address;
  /** Undefined unless it was ordered. */
  readonly ftps: Address | undefined;
  readonly dataDir: string;
  /** Its log, a JSON object a line. */
  readonly lines: string[];
  readonly gone: Promise<unknown>;
  isGone(): boolean;
  /** The most memory it had since the last call, in MB. */
  peakMemory(): number;
  descriptors(): number;
  threads(): number;
  /** What is left after a collection of garbage, in MB. */
  heldMemory(): Promise<number>;
  published(name: string, client?: string): string;
  staging(client?: string): string;
  stop(): Promise<void>;
}

const ROOT = resolve(__dirname, '../../..');

/** `wrap` is put in front of the command line, e.g. `prlimit`. */
export async function spawnDoor(dataDir: string, orders: Partial<DoorOrders> = {}, wrap: readonly string[] = []): Promise<SpawnedDoor> {
  const node = [process.execPath, '--expose-gc', '-r', join(ROOT, 'test/support/register-swc.js'), join(__dirname, 'door-process.ts')];
  const [command = '', ...args]: readonly string[] = [...wrap, ...node];
  const all = { dataDir, password: PASSWORD, limits: {}, quietMs: 300, slowWriteMs: 0, ftps: false, dies: null, ...orders };
  const env = { ...process.env, DOOR_ORDERS: JSON.stringify(all) };
  const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
  let over = false;
  const gone = once(child, 'exit').then(() => (over = true));
  const lines: string[] = [];
  const [address, ftps] = await new Promise<readonly [Address, Address | undefined]>((found, failed) => {
    createInterface(child.stdout).on('line', (line) => {
      lines.push(line);
      const { message, host, port, ftpsPort } = JSON.parse(line) as { message: string; ftpsPort?: number } & Address;
      if (message === 'listening') found([{ host, port }, ftpsPort === undefined ? undefined : { host, port: ftpsPort }]);
    });
    void gone.then(() => failed(new Error('The front door ended before it was open')));
  });
  const pid = child.pid ?? 0;
  return {
    door: address,
    ftps,
    dataDir,
    lines,
    gone,
    isGone: () => over,
    peakMemory() {
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
      return Math.round(peak);
    },
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    threads: () => readdirSync(`/proc/${pid}/task`).length,
    async heldMemory() {
      const before = lines.length;
      const found = (): string | undefined => lines.slice(before).find((line) => line.includes(HELD));
      child.kill('SIGUSR2');
      await until('it says what it holds', () => found() !== undefined);
      return (JSON.parse(found() ?? '') as { readonly megabytes: number }).megabytes;
    },
    published: (name, client = 'acme') => join(dataDir, 'clients', client, name),
    staging: (client = 'acme') => join(dataDir, 'uploads', client),
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
