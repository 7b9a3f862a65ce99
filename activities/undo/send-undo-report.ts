// Tells the administrator what came of an undo, once. Who was left as they are stands in the attachment only: unique ids are personal data.

import path from 'node:path';
import { composeAdminMail } from '../../src/domain/report/compose-admin-mail';
import { describeUndo } from '../../src/domain/report/describe-undo';
import type { ImportId } from '../../src/domain/ids';
import type { LeftAlone } from '../../src/domain/undo/undo';
import { WHY_LEFT } from '../../src/domain/undo/undo';
import type { ActivityPorts } from '../activity-ports';
import { leftAlone } from './left-alone';
import { loadImport } from '../load-import';
import { loadUndo } from './load-undo';
import { sendOnce } from '../end/send-once';

/** Many mail servers refuse more. */
const MOST_ATTACHED_BYTES = 10 * 1024 * 1024;
const HEADERS = ['unique_id', 'source_line', 'permit', 'reason_code', 'changed_by', 'reason'];

type ReportPorts = Pick<
  ActivityPorts,
  'clients' | 'imports' | 'undos' | 'permits' | 'outbox' | 'files' | 'csv' | 'mailer' | 'clock' | 'log' | 'mailFrom'
>;

export const sendUndoReport =
  (ports: ReportPorts) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<{ readonly report: 'sent' | 'failed' }> => {
    const { run, client } = await loadImport(ports, importId);
    // An undo may come weeks after the import: it is told to whoever is the administrator by now.
    const clientNow = (await ports.clients.find(run.clientId)) ?? client;
    const undo = await loadUndo(ports, importId);
    const report = await sendOnce(ports, importId, 'undo', async () => {
      const attachment = await attachmentOf(ports, importId, undo.counts.usersLeft + undo.counts.permitsLeft);
      const mail = composeAdminMail({
        importId,
        kind: (undo.round ?? 1) > 1 ? `undo-${undo.round}` : 'undo',
        client: clientNow,
        mailFrom: ports.mailFrom,
        subject: `Import ${importId} was undone`,
        page: describeUndo(run, undo, attachment?.records ?? 0),
      });
      return attachment === null ? mail : { ...mail, attachment: { fileName: `${importId}-left-as-it-is.csv`, path: attachment.path } };
    });
    await ports.undos.update(importId, { report });
    ports.log.info('administrator told of undo', { clientId: run.clientId, importId, report });
    return { report };
  };

async function attachmentOf(
  ports: ReportPorts,
  importId: ImportId,
  left: number,
): Promise<{ readonly path: string; readonly records: number } | null> {
  if (left === 0) return null;
  const whole = await ports.files.undoReportPath(importId);
  await ports.csv.writeTable(whole, HEADERS, rows(leftAlone(ports, importId)));
  const cut = await ports.mailer.cutAttachment(whole, path.join(path.dirname(whole), 'undo-cut.csv'), MOST_ATTACHED_BYTES);
  return cut ?? { path: whole, records: left };
}

async function* rows(left: AsyncIterable<LeftAlone>): AsyncGenerator<readonly string[]> {
  for await (const { userId, line, permit, why, by } of left) {
    const uniqueId = userId.slice(userId.indexOf('/') + 1);
    yield [uniqueId, line === null ? '' : String(line), permit ?? '', why, by ?? '', WHY_LEFT[why]];
  }
}
