// Sends the e-mail about an import once, and records in the import whether it went. The import is fine whatever the mail server says.

import path from 'node:path';
import type { Client } from '../../src/domain/client';
import { composeReport, MOST_ATTACHED_BYTES } from '../../src/domain/report/compose-mail';
import { linesToTell } from '../../src/domain/report/report-sections';
import type { ImportId } from '../../src/domain/ids';
import type { ImportRun, ReportState } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import { sendOnce } from './send-once';
import { profileOf } from '../../src/domain/client/profiles';
import { statusReportName } from '../../src/domain/report/status-report';
import { withHeartbeat } from '../heartbeat';

export async function sendReport(
  ports: ActivityPorts,
  { importId }: { readonly importId: ImportId },
): Promise<{ readonly report: ReportState }> {
  const { run, client } = await loadImport(ports, importId);
  if (run.report === 'none' || run.report === 'not-repeated') return { report: run.report };

  const report = await sendOnce(ports, importId, 'report', async () =>
    composeReport({
      run,
      client,
      mailFrom: ports.mailFrom,
      attachment: await attachmentOf(ports, run, client),
      told: await ports.rejected.at(importId, linesToTell(run)),
    }),
  );
  // An import that was undone meanwhile has nothing to tell any more; what went out all the same is told.
  if (report === 'sent') await ports.imports.update(importId, { report });
  else await ports.imports.updateIf(importId, { report: 'pending' }, { report });
  await noteStep(ports, client, importId, { kind: 'e-mailed', report });
  ports.log.info('e-mail handed to the mail server', { clientId: run.clientId, importId, report });
  return { report };
}

async function attachmentOf(
  ports: ActivityPorts,
  run: ImportRun,
  client: Client,
): Promise<{ readonly path: string; readonly records: number } | null> {
  const whole = await attachedFile(ports, run, client);
  if (whole === undefined) return null;
  const cutPath = path.join(path.dirname(ports.files.failedRecordsPath(run.importId)), 'failed-cut.csv');
  const cut = await ports.mailer.cutAttachment(whole.path, cutPath, MOST_ATTACHED_BYTES);
  return cut ?? whole;
}

/**
 * What the e-mail of an import carries, by the client's profile: its failed records, or the status report with all of them. Undefined when there
 * is nothing to attach, or nothing is left of it (`isAttachmentLeft`).
 */
async function attachedFile(
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
  const written = ports.files.failedRecordsPath(importId);
  await ports.csv.writeFailedRecords(written, layout, withHeartbeat(ports.rejected.all(importId)));
  return written;
}
