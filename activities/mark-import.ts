// Writes down that an import failed or was cancelled: the state that support sees and may retry from.

import { parseImportId, type ImportId } from '../src/domain/ids';
import type { ActivityPorts } from './activity-ports';

export const markImport =
  (ports: Pick<ActivityPorts, 'imports' | 'log' | 'metrics'>) =>
  async ({
    importId,
    state,
    failure,
  }: {
    readonly importId: ImportId;
    readonly state: 'failed' | 'cancelled';
    readonly failure: string | null;
  }): Promise<void> => {
    await ports.imports.update(importId, { state, failure });
    const clientId = parseImportId(importId)?.clientId;
    if (clientId !== undefined) ports.metrics.importEnded({ clientId, outcome: state, counts: null });
    ports.log.warn(`import ${state}`, { importId });
  };
