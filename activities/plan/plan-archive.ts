// Asks, before anything is written, whether the file would archive so many users that somebody has to agree first. Cheap for almost
// every file: only one whose inactive records could reach the limit is worked through.

import type { Client } from '../../src/domain/client';
import { mustHold } from '../../src/domain/decide/hold-rule';
import type { GoAhead, HoldNumbers, ImportRun } from '../../src/domain/import-run';
import type { Chunk } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { pathsOf } from '../apply/apply-chunk';
import { beat } from '../heartbeat/beat';
import { whileBeating } from '../heartbeat/while-beating';
import { loadImport } from '../load-import';
import { planImport } from './plan-import';
import { supersededBy } from '../apply/superseded';
import { enter, type InTurn } from '../turn/require-turn';

export type PlannedArchive =
  | { readonly kind: 'decided'; readonly goAhead: GoAhead }
  /** Somebody has to agree first. */
  | { readonly kind: 'hold'; readonly numbers: HoldNumbers };

type PlanPorts = Pick<ActivityPorts, 'clients' | 'imports' | 'users' | 'groups' | 'permits' | 'files' | 'csv' | 'log'>;

export const planArchive =
  (ports: PlanPorts) =>
  async ({ importId, turn }: InTurn): Promise<PlannedArchive> => {
    const { run, client } = await loadImport(ports, importId);
    const decided = async (goAhead: GoAhead): Promise<PlannedArchive> => {
      if (goAhead !== 'declined') await enter(ports, { importId, turn }, 'applying', { goAhead });
      return { kind: 'decided', goAhead };
    };
    await whileBeating(() => seeWhatOthersWrote(ports, run));
    // Decided once: a retry meets users that are half written, whose numbers would mean nothing.
    if (run.goAhead !== null) return decided(run.goAhead);
    if (await couldHold(ports, run, client)) {
      const { numbers } = await planImport(
        ports,
        {
          context: { run, client, isSuperseded: await supersededBy(ports, run) },
          paths: pathsOf(ports, importId),
          chunks: () => chunksOf(ports, run),
        },
        beat,
      );
      if (mustHold(numbers, client.settings.holdAbove)) return { kind: 'hold', numbers };
    }
    return decided('whole');
  };

/** E-mails and user names that the application gave to users count like those of files. */
async function seeWhatOthersWrote({ users, log }: PlanPorts, { clientId, importId }: ImportRun): Promise<void> {
  const sum = { mended: 0, shared: 0 };
  for await (const { mended, shared } of users.repairKeys(clientId)) {
    sum.mended += mended;
    sum.shared += shared.length;
  }
  if (sum.mended + sum.shared > 0) log.info('keys of users mended', { clientId, importId, ...sum });
}

/** Every inactive record taken for an archive. */
async function couldHold({ users }: Pick<PlanPorts, 'users'>, run: ImportRun, { settings }: Client): Promise<boolean> {
  if (!settings.archiveOnInactive) return false;
  const most = { archives: run.inactiveRecords, activeUsers: 0 };
  if (!mustHold(most, settings.holdAbove)) return false;
  return mustHold({ ...most, activeUsers: await users.countActive(run.clientId) }, settings.holdAbove);
}

async function* chunksOf({ imports }: Pick<PlanPorts, 'imports'>, { importId, chunks }: ImportRun): AsyncGenerator<Chunk> {
  for (let n = 0; n < chunks; n++) {
    const chunk = await imports.chunk(importId, n);
    if (chunk !== undefined) yield chunk;
  }
}
