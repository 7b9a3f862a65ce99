// Sends the e-mail about an import once, and records in the import whether it went. The import is fine whatever the mail server says.

import path from 'node:path';
import type { Client } from '../../src/domain/client';
import { composeReport, MOST_ATTACHED_BYTES } from '../../src/domain/report/compose-report';
import { linesToTell } from '../../src/domain/report/report-problems';
import type { ImportId } from '../../src/domain/ids';
import type { ImportRun, ReportState } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { attachedFile } from './attached-file';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import { sendOnce } from './send-once';

export const sendReport =
  (ports: ActivityPorts) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<{ readonly report: ReportState }> => {
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
    await ports.imports.update(importId, { report });
    await noteStep(ports, client, importId, { kind: 'e-mailed', report });
    ports.log.info('e-mail handed to the mail server', { clientId: run.clientId, importId, report });
    return { report };
  };

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
