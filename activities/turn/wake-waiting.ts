// The standing pass: whatever wakes were lost and whatever was ended from outside, nobody waits longer than until the next one. Wakes the
// inboxes of clients that have something to do, and looks whether imports, undos and e-mails that seem to be under way still have a workflow.

import type { ImportId } from '../../src/domain/ids';
import { STOPPED_BEFORE_MAIL } from '../../src/domain/import-run';
import { ENDED_STATES, WAITING_STATES, WITH_WORKFLOW } from '../../src/domain/import-state';
import type { ActivityPorts } from '../activity-ports';
import { beat, whileBeating } from '../heartbeat';
import { markReportFailed } from '../end/send-once';
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
    const ended = await ports.imports.list({ states: ENDED_STATES, reports: ['pending'], limit: MOST });
    for (const { importId } of ended) if (await endMail(ports, importId, 'report')) stopped++;
    for (const { importId } of await ports.undos.unreported()) if (await endMail(ports, importId, 'undo')) stopped++;
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

/** An e-mail of what has ended, also one that was to be sent again, and that nobody sends any more. Whether it was one. */
async function endMail(ports: ActivityPorts, importId: ImportId, kind: 'report' | 'undo'): Promise<boolean> {
  const { imports, undos, inboxes } = ports;
  beat();
  if (await inboxes.isSending(importId, kind)) return false;
  // It may have been sent between the two looks.
  const now = await (kind === 'undo' ? undos : imports).find(importId);
  if (now?.report !== 'pending') return false;
  await markReportFailed(ports, { importId, kind, why: STOPPED_BEFORE_MAIL });
  return true;
}
