// Where the failed records of an import lie, for the e-mail that carries them. Once an import has ended its working files are gone: then
// they are written again from the database, and when they have expired there, the copy in the client's `.bak` is what is left.

import { withHeartbeat } from '../heartbeat/with-heartbeat';
import type { ImportRun } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';

/** Undefined when nothing is left of them. */
export async function failedRecordsFile(
  ports: Pick<ActivityPorts, 'rejected' | 'files' | 'csv'>,
  run: ImportRun,
): Promise<string | undefined> {
  const { importId, clientId, backup, layout, counts } = run;
  const lying = await ports.files.findFailedRecords(clientId, importId, backup);
  if (lying?.where === 'work') return lying.path;
  if (layout === null || (await ports.rejected.count(importId)) < counts.rejected) return lying?.path;
  await ports.files.makeWorkFolder(importId);
  const path = ports.files.failedRecordsPath(importId);
  await ports.csv.writeFailedRecords(path, layout, withHeartbeat(ports.rejected.all(importId)));
  return path;
}
