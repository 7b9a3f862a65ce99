// What the e-mail of an import carries, by the client's profile: its failed records, or the status report with all of them.

import type { Client } from '../../src/domain/client';
import type { ImportRun } from '../../src/domain/import-run';
import { profileOf } from '../../src/domain/client/profiles';
import { statusReportName } from '../../src/domain/report/status-report';
import type { ActivityPorts } from '../activity-ports';
import { withHeartbeat } from '../heartbeat';

/** Undefined when there is nothing to attach, or nothing is left of it (`isAttachmentLeft`). */
export async function attachedFile(
  ports: ActivityPorts,
  run: ImportRun,
  client: Client,
): Promise<{ readonly path: string; readonly records: number } | undefined> {
  const isStatus = profileOf(client).report === 'status';
  if (!isStatus && run.counts.rejected === 0) return undefined;
  const found = isStatus ? await ports.standing.findStatusReport(run.clientId, statusReportName(run)) : await failedRecordsFile(ports, run);
  return found === undefined ? undefined : { path: found, records: isStatus ? run.counts.records : run.counts.rejected };
}

/** Whether an e-mail that is sent again would carry what the first one did. */
export async function isAttachmentLeft(ports: ActivityPorts, run: ImportRun, client: Client): Promise<boolean> {
  if (profileOf(client).report === 'failed-records' && run.counts.rejected === 0) return true;
  return (await attachedFile(ports, run, client)) !== undefined;
}

/**
 * Once an import has ended its working files are gone: then they are written again from the database, and when they have expired there, the copy
 * in the client's `.bak` is what is left. Undefined when nothing is left of them.
 */
async function failedRecordsFile(ports: ActivityPorts, run: ImportRun): Promise<string | undefined> {
  const { importId, clientId, backup, layout, counts } = run;
  const lying = await ports.files.findFailedRecords(clientId, importId, backup);
  if (lying?.where === 'work') return lying.path;
  if (layout === null || (await ports.rejected.count(importId)) < counts.rejected) return lying?.path;
  await ports.files.makeWorkFolder(importId);
  const path = ports.files.failedRecordsPath(importId);
  await ports.csv.writeFailedRecords(path, layout, withHeartbeat(ports.rejected.all(importId)));
  return path;
}
