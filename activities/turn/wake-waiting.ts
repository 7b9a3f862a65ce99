// The standing pass: whatever wakes were lost and whatever was ended from outside, nobody waits longer than until the next one. Wakes the
// inboxes of clients that have something to do, and looks whether imports and undos that seem to be at work still have a workflow.

import { WAITING_STATES, WITH_WORKFLOW } from '../../src/domain/import-state';
import type { ActivityPorts } from '../activity-ports';
import { beat, whileBeating } from '../heartbeat';
import { markGone } from './mark-stopped';

/** At once: imports are few that wait, and a look takes milliseconds. */
const MOST = 10_000;

export interface StandingPass {
  readonly woken: number;
  readonly stopped: number;
}

export async function wakeWaiting(ports: ActivityPorts): Promise<StandingPass> {
  return whileBeating(async () => {
    let stopped = 0;
    for (const run of await ports.imports.list({ states: WITH_WORKFLOW, limit: MOST })) {
      if ((await ports.inboxes.writer(run.importId, 'import'))?.isRunning !== true && (await markGone(ports, run))) stopped++;
      beat();
    }
    for (const { importId } of await ports.undos.unreported()) {
      if ((await ports.inboxes.writer(importId, 'undo'))?.isRunning === true) continue;
      await ports.undos.update(importId, { report: 'failed' });
      stopped++;
    }
    const clients = new Set([
      ...(await ports.imports.clientsWith(WAITING_STATES)),
      ...(await ports.undos.open()).map(({ clientId }) => clientId),
      ...(await ports.turns.waiting()),
    ]);
    for (const clientId of clients) {
      await ports.inboxes.wake(clientId);
      beat();
    }
    return { woken: clients.size, stopped };
  });
}
