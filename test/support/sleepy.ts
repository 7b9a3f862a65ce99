// Ports of a worker that falls asleep in the middle of a step, at its first call of one method, and wakes up when the others are done.

import type { ActivityPorts } from '../../activities/activity-ports';

export function sleepy<S extends keyof ActivityPorts>(
  ports: ActivityPorts,
  { store, method }: { readonly store: S; readonly method: keyof ActivityPorts[S] },
  meanwhile: () => Promise<unknown>,
): ActivityPorts {
  let slept = false;
  const awake = ports[store] as unknown as Record<PropertyKey, (...args: unknown[]) => unknown>;
  const asleep = async (...args: unknown[]) => {
    if (!slept) {
      slept = true;
      await meanwhile();
    }
    return awake[method](...args);
  };
  return { ...ports, [store]: { ...awake, [method]: asleep } };
}
