// The result of an undo: as `undo --json` prints it, a contract with scripts, and as a person reads it.

import { UNDO_COUNT_WORDS } from '../../domain/report/describe-undo';
import { uniqueIdOf } from '../../domain/ids';
import type { ReportState } from '../../domain/import-run';
import { WHY_LEFT, type LeftAlone, type Undo, type UndoCounts } from '../../domain/undo/undo';
import type { Services } from '../deps';
import type { Printer } from '../text/print';

const ON_SCREEN = 100;
const REPORT_WORDS: Partial<Readonly<Record<ReportState, string>>> = {
  sent: 'The administrator was told by e-mail.',
  failed: 'The e-mail to the administrator could not be sent. Once the address is right, send it again:',
};

export async function undoItem({ undos, permits }: Pick<Services, 'undos' | 'permits'>, undo: Undo, alreadyUndone: boolean) {
  const left: LeftAlone[] = [];
  for await (const { result } of undos.chunkResults(undo.importId)) left.push(...result.left);
  for await (const permit of permits.notGivenBack(undo.importId)) left.push(permit);
  const { importId, reason, by, requestedAt, finishedAt, counts, report } = undo;
  return {
    importId,
    state: 'undone' as const,
    alreadyUndone,
    reason,
    by,
    requestedAt,
    finishedAt,
    counts,
    report,
    left: left.map(({ userId, line, permit, why, by: changedBy }) => ({
      uniqueId: uniqueIdOf(userId),
      line,
      permit,
      code: why,
      changedBy,
      message: WHY_LEFT[why],
    })),
  };
}

type UndoItem = Awaited<ReturnType<typeof undoItem>>;

export function describeUndone(item: UndoItem, print: Printer): string {
  const { importId, alreadyUndone, finishedAt, reason, by, counts, report } = item;
  const at = finishedAt === null ? '' : ` at ${print.time(finishedAt)}`;
  const headline = alreadyUndone
    ? `Import ${importId} is undone already, since${at.slice(3)}.\nNothing was changed now.`
    : `Import ${importId} is undone.`;
  const rows = (Object.entries(UNDO_COUNT_WORDS) as [keyof UndoCounts, string][]).filter(([key]) => counts[key] > 0);
  return [
    headline,
    print.facts([
      ['Reason', `${reason} (${by})`],
      ...rows.map(([key, label]) => [label, print.number(counts[key])] as const),
      ['E-mail', report === 'failed' ? `could not be sent; why: imports show ${importId}` : REPORT_WORDS[report]],
    ]),
    ...(rows.length === 0 ? ['It had changed nothing, so nothing had to be restored.'] : []),
    ...leftText(item, print),
    ...(item.left.length === 0 ? [] : [`Once the obstacle is gone, take back the rest:\nimports undo ${importId} --reason "…"`]),
    ...(report === 'failed' ? [`${REPORT_WORDS.failed}\nimports resend-report ${importId} --undo`] : []),
  ].join('\n\n');
}

function leftText({ importId, left }: UndoItem, print: Printer): readonly string[] {
  if (left.length === 0) return [];
  const table = print.table(
    [
      { head: 'UNIQUE ID' },
      { head: 'LINE', align: 'right', dropOrder: 1 },
      { head: 'PERMIT' },
      { head: 'LEFT AS IT IS BECAUSE', narrow: 'wrap' },
    ],
    left
      .slice(0, ON_SCREEN)
      .map(({ uniqueId, line, permit, changedBy, message }) => [
        uniqueId,
        line ?? '',
        permit ?? '',
        changedBy === null ? message : `${changedBy}: ${message}`,
      ]),
  );
  if (left.length <= ON_SCREEN) return [table];
  return [table, `The first ${ON_SCREEN} of ${print.number(left.length)}. All of them: imports undo ${importId} --json`];
}
