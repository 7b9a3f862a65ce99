// What the e-mail with a status report says. It differs from the other e-mail about an import in two ways: every record is attached, and
// the upload stays in its folder.

import { describeReport, type ReportPage } from './describe-report';
import type { ImportRun } from '../import-run';
import { grouped } from './wording';
import type { Told } from './report-problems';
import { isOursToMend, WHAT_TO_UPLOAD } from './report-steps';
import { statusReportName } from './status-report';

/** `attached` = how many records the attachment holds; null = nothing is attached. `upload` = the path that uploads must have. */
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
