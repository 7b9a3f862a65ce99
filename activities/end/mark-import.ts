// Writes down that an import failed or was cancelled: the state that support sees and may retry from.

import type { ImportId } from '../../src/domain/ids';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';

export const markImport =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'standing' | 'clock' | 'log' | 'metrics'>) =>
  async ({
    importId,
    state,
    failure,
  }: {
    readonly importId: ImportId;
    readonly state: 'failed' | 'cancelled';
    readonly failure: string | null;
  }): Promise<void> => {
    const { run, client } = await loadImport(ports, importId);
    await ports.imports.update(importId, { state, failure });
    ports.metrics.importEnded({ clientId: run.clientId, outcome: state, counts: null });
    ports.log.warn(`import ${state}`, { importId });
    await noteStep(ports, client, importId, { kind: state, attempt: run.attempts });
  };
