// Gives released permits back to their former holders, once these are active again. The store makes each step safe to repeat.

import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';
import { isUndoDone, type InTurn } from '../turn/require-turn';

export const undoPermits =
  (ports: ActivityPorts) =>
  async ({ importId, turn }: InTurn): Promise<void> => {
    if (await isUndoDone(ports, { importId, turn })) return;
    await ports.permits.giveBack(importId, ports.clock.now(), () => beat());
  };
