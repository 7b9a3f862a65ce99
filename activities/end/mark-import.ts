// Writes down that an import failed or was cancelled: the state that support sees and may retry from.

import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import type { InTurn } from '../turn/require-turn';
import { announce } from '../webhooks/announce';
import { endWithoutReport } from '../turn/mark-stopped';

interface StoppedImport extends InTurn {
  readonly state: 'failed' | 'cancelled';
  readonly failure: string | null;
}

export const markImport =
  (ports: ActivityPorts) =>
  async ({ importId, turn, state, failure }: StoppedImport): Promise<void> => {
    const { run, client } = await loadImport(ports, importId);
    const { clientId, attempts: attempt } = run;
    const event = { type: 'import.failed', clientId, importId, attempt, because: state, at: ports.clock.now().getTime() } as const;
    if (!(await ports.imports.advance(importId, state, { failure }, { turn }))) {
      // Its file is in `.bak`, and only the e-mail was left. Or the turn is another run's, which tells its own end.
      if (run.state === 'reporting' && run.turn === turn) await endWithoutReport(ports, run);
      // A worker that died right after it wrote the state down may not have announced it.
      if (run.state === state && run.turn === turn) await announce(ports, event);
      return;
    }
    ports.metrics.importEnded({ clientId, outcome: state, counts: null });
    ports.log.warn(`import ${state}`, { importId });
    await noteStep(ports, client, importId, { kind: state, attempt: run.attempts });
    // Last, because it may throw, and its repetition comes no further than to the event.
    await announce(ports, event);
  };
