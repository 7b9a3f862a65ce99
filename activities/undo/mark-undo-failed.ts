// Writes down why an undo stopped: asking for it again goes on from there.

import type { ActivityPorts } from '../activity-ports';
import type { InTurn } from '../turn/require-turn';

export const markUndoFailed =
  (ports: Pick<ActivityPorts, 'undos' | 'log'>) =>
  async ({ importId, turn, failure }: InTurn & { readonly failure: string }): Promise<void> => {
    if (!(await ports.undos.updateOpen(importId, turn, { failure }))) return;
    ports.log.warn('undo stopped', { importId });
  };
