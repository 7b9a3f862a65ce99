// A front door in a process of its own that is sent whatever a generator thinks of, and what must hold of it afterwards: it lives, it holds
// no more than before, and nothing outside the client's folder was read or touched. The generators keep to `acme`.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoorOrders } from './door-orders';
import { spawnDoor, type SpawnedDoor } from './spawn-door';
import { settled, type Held } from './settled';

const MAX_MEMORY = 250;
/** In every file that is not the client's: must never be in an answer. */
export const SECRET = 'of-another-client-or-of-ours';
/** Nothing that a client does may come to this. */
const OUR_FAULT =
  /Answering a (request|command) failed|A (session|control connection) broke|Ending a session failed|Keeping a broken-off upload/;

/** What sessions at the same upload, in the same moment, may leave for the sweep: one or two in ten thousand packets. */
const MAX_RUBBISH = 50;

export interface FuzzedDoor {
  readonly spawned: SpawnedDoor;
  /** After a first log-in, so that what is made once is there. */
  remember(): Promise<void>;
  /** Waits until everybody is gone. */
  expectUnharmed(): Promise<void>;
  stop(): Promise<void>;
}

/** From `NAME_SEEDS` and `NAME_COUNT` of the environment: which seeds, and how much is sent for each. */
export function fuzzOrders(name: string, countName: string, usual: number): { readonly seeds: readonly number[]; readonly share: number } {
  const seeds = (process.env[`${name}_SEEDS`] ?? '1').split(',').map(Number);
  return { seeds, share: Math.ceil(Number(process.env[`${name}_${countName}`] ?? usual) / seeds.length) };
}

export async function openFuzzedDoor(orders: Partial<DoorOrders> = {}): Promise<FuzzedDoor> {
  const directory = await mkdtemp(join(tmpdir(), 'fuzzed-'));
  for (const folder of ['', 'clients/globex', 'clients/acme/.bak', 'clients/acme/sub', 'work']) {
    mkdirSync(join(directory, folder), { recursive: true });
    if (!folder.includes('acme')) writeFileSync(join(directory, folder, 'canary.csv'), SECRET);
  }
  const own = join(directory, 'clients/acme');
  writeFileSync(join(own, '.bak/a.csv'), 'their own\n');
  // As a hand on the server may leave them.
  symlinkSync('../globex/canary.csv', join(own, 'link.csv'));
  symlinkSync('../globex', join(own, 'link'));
  execFileSync('mkfifo', [join(own, 'pipe')]);
  const spawned = await spawnDoor(directory, orders);

  const outside = (): string[] =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(directory.length))
      .filter((name) => !/^\/(clients|uploads)\/acme\//.test(name) || name.startsWith('/clients/acme/.bak/'))
      .map((name) => `${name} ${/canary|\.bak/.test(name) ? readFileSync(join(directory, name), 'utf8') : ''}`)
      .toSorted();
  let before: { readonly outside: string[]; readonly rubbish: number; readonly held: Held };
  return {
    spawned,
    async remember() {
      before = { outside: outside(), rubbish: withoutNote(spawned.staging()).length, held: await settled(spawned) };
    },
    async expectUnharmed() {
      expect(outside()).toEqual(before.outside);
      expect(withoutNote(spawned.staging()).length - before.rubbish).toBeLessThan(MAX_RUBBISH);
      await settled(spawned, before.held);
      expect(spawned.peakMemory()).toBeLessThan(MAX_MEMORY);
      expect(spawned.isGone()).toBe(false);
      expect(spawned.lines.filter((line) => OUR_FAULT.test(line))).toEqual([]);
    },
    async stop() {
      await spawned.stop();
      await rm(directory, { recursive: true });
    },
  };
}

/** Bytes that can neither be resumed nor removed, or notes of bytes that are gone. */
function withoutNote(staging: string): string[] {
  const names = new Set(readdirSync(staging));
  return [...names].filter((name) => !names.has(name.endsWith('.json') ? name.slice(0, -5) : `${name}.json`));
}
