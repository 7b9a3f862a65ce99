// Sends the e-mail of an import once, and says in the import what became of it. The import is good whatever the mail server says.

import path from 'node:path';
import type { Client } from '../../src/domain/client';
import { composeReport } from '../../src/domain/report/compose-report';
import type { ImportId } from '../../src/domain/ids';
import type { ImportRun, ReportState } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { attachedFile } from './attached-file';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import { sendOnce } from './send-once';

/** Many mail servers refuse more. */
const MOST_ATTACHED_BYTES = 10 * 1024 * 1024;

type ReportPorts = Pick<
  ActivityPorts,
  'clients' | 'imports' | 'rejected' | 'outbox' | 'files' | 'standing' | 'csv' | 'mailer' | 'clock' | 'log' | 'mailFrom'
>;

export const sendReport =
  (ports: ReportPorts) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<{ readonly report: ReportState }> => {
    const { run, client } = await loadImport(ports, importId);
    if (run.report === 'none' || run.report === 'not-repeated') return { report: run.report };

    const report = await sendOnce(ports, importId, 'report', async () =>
      composeReport({ run, client, mailFrom: ports.mailFrom, attachment: await attachmentOf(ports, run, client) }),
    );
    await ports.imports.update(importId, { report });
    await noteStep(ports, client, importId, { kind: 'e-mailed', report });
    ports.log.info('e-mail handed to the mail server', { clientId: run.clientId, importId, report });
    return { report };
  };

async function attachmentOf(
  ports: ReportPorts,
  run: ImportRun,
  client: Client,
): Promise<{ readonly path: string; readonly records: number } | null> {
  const whole = await attachedFile(ports, run, client);
  if (whole === undefined) return null;
  const cutPath = path.join(path.dirname(ports.files.failedRecordsPath(run.importId)), 'failed-cut.csv');
  const cut = await ports.mailer.cutAttachment(whole.path, cutPath, MOST_ATTACHED_BYTES);
  return cut ?? whole;
}
