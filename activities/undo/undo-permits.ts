// Gives released permits back to their former holders, once these are active again. The store makes each step safe to repeat.

import type { ImportId } from '../../src/domain/ids';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat/beat';

export const undoPermits =
  (ports: Pick<ActivityPorts, 'permits' | 'clock'>) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<void> => {
    await ports.permits.giveBack(importId, ports.clock.now(), () => beat());
  };
