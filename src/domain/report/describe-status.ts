// What the e-mail with a status report says: as any report, but that every record is attached and that the upload stays where it is.

import { describeReport, grouped, type ReportPage } from './describe-report';
import type { ImportRun } from '../import-run';
import { statusReportName } from './status-report';

/** `attached` = how many records the attachment holds; null = there is none. `upload` = where the client's file belongs. */
export function describeStatus(run: ImportRun, attached: number | null, upload: string): ReportPage {
  const page = describeReport(run, null, '');
  const report = `reports/${statusReportName(run)}`;
  const { records } = run.counts;
  const cut =
    attached !== null && attached < records
      ? [
          `The attachment holds the first ${grouped(attached)} of ${grouped(records)} records. The whole report is ${report} in your folder.`,
        ]
      : [];
  const lead = attached === null ? page.lead : `${page.lead} The attached status report has the result of every record.`;
  return {
    ...page,
    lead: page.verdict === 'no-failures' || page.verdict === 'failed-records' ? lead : page.lead,
    steps: stepsAfter(page, run, upload),
    notes: [...cut, ...page.notes],
    facts: [...page.facts, ['Status report', report]],
  };
}

function stepsAfter({ verdict }: ReportPage, run: ImportRun, upload: string): readonly string[] {
  const again = `Upload it as ${upload}, over the one that is there. The same version is not imported twice.`;
  if (verdict === 'failed-records') {
    return [
      'Look for “failure” in the column “result” of the status report; the columns behind it say what is wrong.',
      `Correct your file. ${again}`,
    ];
  }
  if (verdict === 'refused') return [`Put that right. ${again}`];
  if (run.stopped !== undefined) {
    const now = run.stopped.because === 'failed' ? 'To have it imported again' : 'If the file was right';
    return [`${now}, remove the files in /tmp: the version is then imported again.`];
  }
  if (verdict !== 'declined') return [];
  return [
    'If these users are to be archived: reply to this e-mail, so that the administrator knows, and remove the files in /tmp: the version is then imported again.',
    `If not: users whose record says active = 0 are archived. Correct the file. ${again}`,
  ];
}
