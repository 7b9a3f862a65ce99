// Tells the administrator the result of an undo, once. Only the attachment names those left alone: unique ids are personal data.

import { type Attachment, MOST_ATTACHED_BYTES, composeAdminMail } from '../../src/domain/report/compose-mail';
import { describeUndo } from '../../src/domain/report/describe-undo';
import { uniqueIdOf, type ImportId } from '../../src/domain/ids';
import { type LeftAlone, WHY_LEFT } from '../../src/domain/undo/undo';
import type { ActivityPorts } from '../activity-ports';
import { loadUndo, loadImport } from '../load-import';
import { sendOnce } from '../end/send-once';
import type { OfImport } from '../turn/require-turn';

const HEADERS = ['unique_id', 'source_line', 'permit', 'reason_code', 'changed_by', 'reason'];

export async function sendUndoReport(ports: ActivityPorts, { importId }: OfImport): Promise<{ readonly report: 'sent' | 'failed' }> {
  const { run, client } = await loadImport(ports, importId);
  // An undo may come weeks after the import, so the e-mail goes to the present administrator.
  const clientNow = (await ports.clients.find(run.clientId)) ?? client;
  const undo = await loadUndo(ports, importId);
  const report = await sendOnce(ports, importId, 'undo', async () => {
    const attachment = await attachmentOf(ports, importId, undo.counts.usersLeft + undo.counts.permitsLeft);
    const mail = composeAdminMail({
      importId,
      kind: undo.round > 1 ? `undo-${undo.round}` : 'undo',
      client: clientNow,
      mailFrom: ports.mailFrom,
      page: describeUndo(run, undo, attachment?.records ?? 0),
    });
    return attachment === null ? mail : { ...mail, attachment: { fileName: `${importId}-left-as-it-is.csv`, path: attachment.path } };
  });
  await ports.undos.update(importId, { report });
  ports.log.info('administrator told of undo', { clientId: run.clientId, importId, report });
  return { report };
}

async function attachmentOf(ports: ActivityPorts, importId: ImportId, left: number): Promise<Attachment | null> {
  if (left === 0) return null;
  await ports.files.makeWorkFolder(importId);
  const whole = ports.files.undoReportPath(importId);
  await ports.csv.writeTable(whole, HEADERS, rows(leftAlone(ports, importId)));
  const cut = await ports.mailer.cutAttachment(whole, ports.files.cutPath(importId, 'undo'), MOST_ATTACHED_BYTES);
  return cut ?? { path: whole, records: left };
}

/** Users in the order of the file, then permits. */
async function* leftAlone(ports: ActivityPorts, importId: ImportId): AsyncGenerator<LeftAlone> {
  for await (const { result } of ports.undos.chunkResults(importId)) yield* result.left;
  yield* ports.permits.notGivenBack(importId);
}

async function* rows(left: AsyncIterable<LeftAlone>): AsyncGenerator<readonly string[]> {
  for await (const { userId, line, permit, why, by } of left) {
    yield [uniqueIdOf(userId), line === null ? '' : String(line), permit ?? '', why, by ?? '', WHY_LEFT[why]];
  }
}
