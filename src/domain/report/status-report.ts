// The status report of an Agylia client: every record with its result, in file order. The same import always gives the same report under
// the same name.

import { REPORT_HEADERS } from '../record/fields';
import type { FileHeaders } from '../file/header-names';
import { takenBack, whyStopped, describeReport, type ReportPage } from './describe-report';
import type { ImportRun } from '../import-run';
import { reasonCells } from '../reason/summarise-reasons';
import type { Reason } from '../reason/reasons';
import { grouped } from './wording';
import { type Told, isOursToMend, WHAT_TO_UPLOAD } from './report-sections';

const [CODE, FIELD, REASON, LINE] = REPORT_HEADERS;

export const STATUS_HEADERS = [LINE, 'username', 'result', CODE, FIELD, REASON] as const;

/** `20261121T000005Z-learn-3.csv`: sorts by time. */
export function statusReportName({ importId, finishedAt }: Pick<ImportRun, 'importId' | 'finishedAt'>): string {
  const time = (finishedAt ?? new Date(0)).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${importId}.csv`;
}

export function successRow(line: number, username: string): readonly string[] {
  return [String(line), username, 'success', '', '', ''];
}

/** The record was not checked. */
export function supersededRow(line: number, username: string): readonly string[] {
  return [String(line), username, 'superseded', '', '', 'A newer file contains this user, so this record changed nothing.'];
}

/** `file` has the headers that the reasons refer to. */
export function failureRow(
  record: { readonly line: number; readonly uniqueId: string; readonly reasons: readonly Reason[] },
  file: FileHeaders,
): readonly string[] {
  return [String(record.line), record.uniqueId, 'failure', ...reasonCells(record.reasons, file)];
}

/** The only row, if no record of the file was imported; undefined if each record has a row of its own. */
export function fileRow({
  refusal,
  outcome,
  held,
  stopped,
}: Pick<ImportRun, 'refusal' | 'outcome' | 'held' | 'stopped'>): readonly string[] | undefined {
  if (stopped !== undefined) return ['', '', 'failure', 'STOPPED', '', `The file ${whyStopped(stopped)} ${takenBack(stopped)}`];
  if (refusal !== null) return [String(refusal.line ?? ''), '', 'failure', refusal.code, '', refusal.message];
  if (outcome !== 'declined') return undefined;
  const verdict = held?.decided?.verdict;
  const why =
    verdict === 'timed-out'
      ? 'The file would have archived many users, and nobody approved it in time.'
      : 'The file would have archived many users, and the administrator declined it.';
  return ['', '', 'failure', 'DECLINED', '', `${why} No user was changed.`];
}

/**
 * What the e-mail with it says. It differs from the other e-mail about an import in two ways: every record is attached, and the upload
 * stays in its folder. `attached` = how many records the attachment holds; null = nothing is attached. `upload` = the path that uploads
 * must have.
 */
export function describeStatus(run: ImportRun, attached: number | null, upload: string, told: readonly Told[] = []): ReportPage {
  const page = describeReport(run, null, '', told);
  const report = `reports/${statusReportName(run)}`;
  const { records } = run.counts;
  const cut =
    attached !== null && attached < records
      ? [`The attachment holds the first ${grouped(attached)} of ${grouped(records)} records. All of them are in ${report} in your folder.`]
      : [];
  const lead = attached === null ? page.lead : `${page.lead} The attached status report gives the result of every record.`;
  return {
    ...page,
    lead: page.verdict === 'no-failures' || page.verdict === 'failed-records' ? lead : page.lead,
    steps: stepsAfter(page, run, upload),
    notes: [...cut, ...page.notes],
    facts: [...page.facts, ['Status report', report]],
  };
}

function stepsAfter({ verdict, steps }: ReportPage, run: ImportRun, upload: string): readonly string[] {
  const replace = `as ${upload}, replacing the one that is there. The same file is not imported twice.`;
  if (verdict === 'failed-records') {
    if (isOursToMend(run)) return steps;
    return [
      'In the status report, look for “failure” in the column “result”. The columns after it say what is wrong.',
      `Correct your file and upload it ${replace}`,
    ];
  }
  if (run.refusal !== null) {
    const what = WHAT_TO_UPLOAD[run.refusal.code] ?? 'the corrected file';
    return [what === 'the parts' ? `Upload the parts one after the other as ${upload}.` : `Upload ${what} ${replace}`];
  }
  if (run.stopped !== undefined) {
    const when = run.stopped.because === 'failed' ? 'To have the file imported again' : 'If the file was right';
    return [`${when}, delete the files in /tmp.`];
  }
  if (verdict !== 'declined') return [];
  return [
    'If these users should be archived, reply to this e-mail to tell the administrator, then delete the files in /tmp to have the file imported again.',
    `If not, correct the file and upload it ${replace} Users are archived when their record says active = 0.`,
  ];
}
