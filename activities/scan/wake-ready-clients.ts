// One tick of a schedule: looks into the folders of all its clients, and wakes the inboxes of those that have something. A client
// without files costs one listing of a directory. Repeating it is harmless: a file that was taken meanwhile is not there any more.

import type { Client } from '../../src/domain/client';
import { clientsBySchedule } from '../../src/domain/client/schedule';
import { unreachable } from '../../src/errors';
import type { ActivityPorts } from '../activity-ports';
import { findReady } from '../claim/claim-ready-files';
import { noteStep } from '../note-step';
import { sideBySide } from '../heartbeat';

/** Wakes under way: more of them would only make each slower. */
const AT_A_TIME = 16;

export interface LookedInto {
  /** Clients whose folders were looked into. */
  readonly clients: number;
  /** Those that had something. */
  readonly woken: number;
}

export async function wakeReadyClients(ports: ActivityPorts, { schedule }: { readonly schedule: string }): Promise<LookedInto> {
  const clients = clientsBySchedule(await ports.clients.list()).get(schedule) ?? [];
  const items = clients.filter(({ paused }) => paused === undefined);
  let woken = 0;
  let failed = 0;
  await sideBySide(
    {
      items,
      window: AT_A_TIME,
      failed({ clientId }, error) {
        failed += 1;
        ports.log.warn('a folder could not be looked into, or its inbox not woken', { clientId, error });
      },
    },
    async (client) => {
      if (!(await hasSomething(ports, client))) return;
      await ports.turns.askLook(client.clientId);
      await ports.inboxes.wake(client.clientId);
      woken += 1;
    },
  );
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
