// What a front door in a process of its own holds when nobody is there, and that it holds no more than that again after an attack.

import type { SpawnedDoor } from './spawn-door';
import { until } from './until';

export interface Held {
  readonly descriptors: number;
  readonly threads: number;
  /** What its code holds on to, in MB: garbage is no leak. */
  readonly heap: number;
}

/** Tables that have grown, and code that was compiled, stay. */
const MORE_HEAP = 15;

/** Waits until it holds no more than `before`, and says what it holds. */
export async function settled(door: SpawnedDoor, before?: Held): Promise<Held> {
  if (before !== undefined) {
    const { descriptors, threads } = before;
    await until('its descriptors are closed', () => door.descriptors() <= descriptors);
    await until('its threads have ended', () => door.threads() <= threads);
  }
  const held = { descriptors: door.descriptors(), threads: door.threads(), heap: await door.heldMemory() };
  if (before !== undefined) expect(held.heap).toBeLessThan(before.heap + MORE_HEAP);
  return held;
}
