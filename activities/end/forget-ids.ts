// The fingerprints of an import's unique ids are kept while an older import of the client is open, because that one must leave alone
// every user that the newer file names. When an import ends, the fingerprints that were kept only for it are removed.

import type { ImportRun } from '../../src/domain/import-run';
import { OPEN_STATES } from '../../src/domain/import-state';
import type { ActivityPorts } from '../activity-ports';

/** Infinity when none is open. */
export async function oldestOpenSeq(ports: Pick<ActivityPorts, 'imports'>, run: ImportRun): Promise<number> {
  const open = (await ports.imports.inOrder(run.clientId, OPEN_STATES)).map((one) => one.seq);
  return Math.min(...open, Number.POSITIVE_INFINITY);
}

/** Of the imports behind this one, which has just ended. */
export async function forgetIds(ports: Pick<ActivityPorts, 'imports' | 'files'>, run: ImportRun): Promise<void> {
  const oldestOpen = await oldestOpenSeq(ports, run);
  for (const newer of await ports.imports.newerApplied(run.clientId, run.seq)) {
    const other = await ports.imports.find(newer);
    if (other?.state === 'finished' && oldestOpen > other.seq) await ports.files.cleanUp(newer, false);
  }
}
