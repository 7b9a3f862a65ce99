// Sends the e-mail about an import once, and records in the import whether it went. The import is fine whatever the mail server says.

import type { Client } from '../../src/domain/client';
import { type Attachment, carriedBy, composeReport, MOST_ATTACHED_BYTES } from '../../src/domain/report/compose-mail';
import { linesToTell } from '../../src/domain/report/report-sections';
import type { ImportRun, ReportState } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import { sendOnce } from './send-once';
import type { OfImport } from '../turn/require-turn';
import { writeFailedRecords } from './back-up-file';

export async function sendReport(ports: ActivityPorts, { importId }: OfImport): Promise<{ readonly report: ReportState }> {
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

async function attachmentOf(ports: ActivityPorts, run: ImportRun, client: Client): Promise<Attachment | null> {
  const whole = await attachedFile(ports, run, client);
  if (whole === undefined) return null;
  return (await ports.mailer.cutAttachment(whole.path, ports.files.cutPath(run.importId, 'report'), MOST_ATTACHED_BYTES)) ?? whole;
}

/** Undefined when there is nothing to attach, or nothing is left of it (`isAttachmentLeft`). */
async function attachedFile(ports: ActivityPorts, run: ImportRun, client: Client): Promise<Attachment | undefined> {
  const carried = carriedBy(run, client);
  if (carried === undefined) return undefined;
  const { statusReport, records } = carried;
  const found = statusReport === null ? failedRecordsFile(ports, run) : ports.standing.findStatusReport(run.clientId, statusReport);
  const path = await found;
  return path === undefined ? undefined : { path, records };
}

/** Whether an e-mail that is sent again would carry what the first one did. */
export async function isAttachmentLeft(ports: ActivityPorts, run: ImportRun, client: Client): Promise<boolean> {
  return carriedBy(run, client) === undefined || (await attachedFile(ports, run, client)) !== undefined;
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
  return writeFailedRecords(ports, importId, layout);
}
