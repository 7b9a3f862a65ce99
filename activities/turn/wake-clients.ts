// Wakes the inboxes of clients: at each tick of a schedule of those that have files, and in the standing pass of all that have something to
// do. That pass looks, too, whether imports, undos, e-mails and events that seem to be under way still have a workflow: whatever wakes were
// lost and whatever was ended from outside, nobody waits longer than until the next one.

import type { ImportId } from '../../src/domain/ids';
import { STOPPED_BEFORE_MAIL } from '../../src/domain/import-run';
import { ENDED_STATES, WAITING_STATES, WITH_WORKFLOW } from '../../src/domain/import-state';
import type { ActivityPorts } from '../activity-ports';
import { beat, sideBySide, whileBeating } from '../heartbeat';
import { markReportFailed } from '../end/send-once';
import { markGone } from './mark-stopped';
import type { Client } from '../../src/domain/client';
import { clientsBySchedule } from '../../src/domain/client/schedule';
import { unreachable } from '../../src/errors';
import { findReady } from '../claim/claim-ready-files';
import { noteStep } from '../note-step';
import { endDeliveries } from '../webhooks/events';

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
    // Last, since nobody waits for it.
    stopped += await endDeliveries(ports);
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

/** Wakes under way: more of them would only make each slower. */
const AT_A_TIME = 16;

export interface LookedInto {
  /** Clients whose folders were looked into. */
  readonly clients: number;
  /** Those that had something. */
  readonly woken: number;
}

/** One tick of a schedule. A client without files costs one listing of a directory. Repeating it is harmless: what was taken is gone. */
export async function wakeReadyClients(ports: ActivityPorts, { schedule }: { readonly schedule: string }): Promise<LookedInto> {
  const clients = clientsBySchedule(await ports.clients.list()).get(schedule) ?? [];
  const items = clients.filter(({ paused }) => paused === undefined);
  let woken = 0;
  const onFailure = ({ clientId }: Client, error: unknown) =>
    ports.log.warn('a folder could not be looked into, or its inbox not woken', { clientId, error });
  const failed = await sideBySide({ items, window: AT_A_TIME, onFailure }, async (client) => {
    if (!(await hasSomething(ports, client))) return;
    await ports.turns.askLook(client.clientId);
    await ports.inboxes.wake(client.clientId);
    woken += 1;
  });
  // The next tick may be a day away: the step is tried again until all were served.
  if (failed > 0) {
    throw unreachable(`${failed} of ${items.length} clients were not served: the worker's log says which. It is tried again.`);
  }
  return { clients: items.length, woken };
}

async function hasSomething(ports: ActivityPorts, client: Client): Promise<boolean> {
  const { ready, quietAt, known } = await findReady(ports, client);
  if (known !== undefined) await noteStep(ports, client, null, { kind: 'skipped', ...known });
  // One that was touched just now would otherwise wait for the next tick, which may be a day away.
  return ready.length > 0 || quietAt !== null;
}
