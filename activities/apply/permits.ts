// Permits of users that an import archived: released, and given back when it is undone. The store makes each step safe to repeat.

import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';
import { enter, requireTurn, type InTurn, isUndoDone } from '../turn/require-turn';

export async function releasePermits(ports: ActivityPorts, { importId, turn }: InTurn): Promise<{ readonly released: number }> {
  if (!(await enter(ports, { importId, turn }, 'releasing'))) return { released: await ports.permits.countReleased(importId) };
  for await (const { n, result } of ports.imports.chunkResults(importId)) {
    await requireTurn(ports, { importId, turn });
    if (result.releaseFor.length > 0) await ports.permits.release(importId, result.releaseFor, ports.clock.now());
    beat({ chunk: n });
  }
  return { released: await ports.permits.countReleased(importId) };
}

/** To their former holders, once these are active again. */
export async function undoPermits(ports: ActivityPorts, { importId, turn }: InTurn): Promise<void> {
  if (await isUndoDone(ports, { importId, turn })) return;
  await ports.permits.giveBack(importId, ports.clock.now(), () => beat());
}
