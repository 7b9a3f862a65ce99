// Writes down why an undo stopped: asking for it again goes on from there.

import type { ImportId } from '../../src/domain/ids';
import type { ActivityPorts } from '../activity-ports';

export const markUndoFailed =
  (ports: Pick<ActivityPorts, 'undos' | 'log'>) =>
  async ({ importId, failure }: { readonly importId: ImportId; readonly failure: string }): Promise<void> => {
    await ports.undos.update(importId, { failure });
    ports.log.warn('undo stopped', { importId });
  };
