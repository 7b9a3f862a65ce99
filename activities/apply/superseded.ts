// Which users a newer file has already spoken of, whether or not it changed them: an import that goes on late leaves them alone.

import type { ImportRun } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { Fingerprints } from '../../src/domain/file/fingerprint';

export async function supersededBy(
  ports: Pick<ActivityPorts, 'imports' | 'files'>,
  run: ImportRun,
): Promise<(uniqueId: string) => boolean> {
  const newer = await ports.imports.newerApplied(run.clientId, run.seq);
  const lists: Fingerprints[] = [];
  for (const importId of newer) {
    const ids = await ports.files.readIds(importId);
    if (ids !== undefined) lists.push(new Fingerprints(ids));
  }
  if (lists.length === 0) return () => false;
  return (uniqueId) => lists.some((ids) => ids.has(uniqueId));
}
