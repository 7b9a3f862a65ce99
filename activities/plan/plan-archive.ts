// Asks, before anything is written, whether the file would archive so many users that somebody has to agree first. Cheap for almost
// every file: only one whose inactive records could reach the limit is worked through.

import type { Client } from '../../src/domain/client';
import { mustHold } from '../../src/domain/decide/hold-rule';
import type { GoAhead, HoldNumbers, ImportRun } from '../../src/domain/import-run';
import type { ActivityPorts, Shared } from '../activity-ports';
import { beat } from '../heartbeat';
import { loadImport } from '../load-import';
import { planImport } from './plan-import';
import { planSource } from './walk-decisions';
import { enter, type InTurn } from '../turn/require-turn';

type PlannedArchive =
  | { readonly kind: 'decided'; readonly goAhead: GoAhead }
  /** Somebody has to agree first. */
  | { readonly kind: 'hold'; readonly numbers: HoldNumbers };

export async function planArchive(ports: ActivityPorts, { importId, turn }: InTurn, { keyLooks }: Shared): Promise<PlannedArchive> {
  const { run, client } = await loadImport(ports, importId);
  const decided = async (goAhead: GoAhead): Promise<PlannedArchive> => {
    if (goAhead !== 'declined') await enter(ports, { importId, turn }, 'applying', { goAhead });
    return { kind: 'decided', goAhead };
  };
  // Decided once: a retry meets users that are half written, whose numbers would mean nothing.
  if (run.goAhead !== null) return decided(run.goAhead);
  if (await couldHold(ports, run, client)) {
    await keyLooks.mendingOnce(ports, run, turn)();
    const { numbers } = await planImport(ports, await planSource(ports, run, client), beat);
    if (mustHold(numbers, client.settings.holdAbove)) return { kind: 'hold', numbers };
  }
  return decided('whole');
}

/** Every inactive record taken for an archive. */
async function couldHold({ users }: Pick<ActivityPorts, 'users'>, run: ImportRun, { settings }: Client): Promise<boolean> {
  if (!settings.archiveOnInactive) return false;
  const most = { archives: run.inactiveRecords, activeUsers: 0 };
  if (!mustHold(most, settings.holdAbove)) return false;
  return mustHold({ ...most, activeUsers: await users.countActive(run.clientId) }, settings.holdAbove);
}
