// Writes down that an import failed or was cancelled: the state that support sees and may retry from.

import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import type { InTurn } from '../turn/require-turn';
import { endWithoutReport } from './end-without-report';

export interface StoppedImport extends InTurn {
  readonly state: 'failed' | 'cancelled';
  readonly failure: string | null;
}

export const markImport =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'outbox' | 'standing' | 'clock' | 'log' | 'metrics'>) =>
  async ({ importId, turn, state, failure }: StoppedImport): Promise<void> => {
    const { run, client } = await loadImport(ports, importId);
    if (!(await ports.imports.advance(importId, state, { failure }, { turn }))) {
      // Its file is in `.bak`, and only the e-mail was left. Or the turn is another run's, which tells its own end.
      if (run.state === 'reporting' && run.turn === turn) await endWithoutReport(ports, run);
      return;
    }
    ports.metrics.importEnded({ clientId: run.clientId, outcome: state, counts: null });
    ports.log.warn(`import ${state}`, { importId });
    await noteStep(ports, client, importId, { kind: state, attempt: run.attempts });
  };
