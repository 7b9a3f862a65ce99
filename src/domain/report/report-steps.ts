// The section "What to do" of an e-mail. The steps follow the reasons: nobody is told to correct a value when the answer is to ask us, or
// to export the file again.

import type { ImportRun } from '../import-run';
import type { ReasonCode, RefusalCode } from '../reason/reasons';
import { failedRecordsPath } from '../file/backup-names';

/** `attachmentName` null = nothing is attached. */
export function correctAndUpload(run: ImportRun, attachmentName: string | null): readonly string[] {
  const codes = Object.keys(run.reasonCounts) as readonly ReasonCode[];
  const where =
    attachmentName === null ? `Download ${failedRecordsPath(run)} from your SFTP folder.` : `Open the attached ${attachmentName}.`;
  if (codes.includes('CUT_OFF')) {
    const rest = codes.length > 1 ? ', correct the other failed records in it' : '';
    return [`Export the file again${rest} and upload the complete file. You do not need the file of failed records then.`];
  }
  if (isOursToMend(run)) {
    return [`Reply to this e-mail and quote ${run.importId}: we have to look into it. Nothing in your file is known to be wrong.`];
  }
  return [
    `${where} It holds only the failed records. The last four columns say what is wrong and on which line of your file.`,
    'Correct each record as its reason says. In Excel, import the columns of ids and dates as text and keep the last four columns.',
    'Save it as CSV (in Excel: "CSV UTF-8") and upload that file to your SFTP folder.',
  ];
}

/** All that failed is for us to look into; the client has nothing to correct. */
export function isOursToMend({ reasonCounts }: Pick<ImportRun, 'reasonCounts'>): boolean {
  return Object.keys(reasonCounts).join() === 'NOT_STORED';
}

export function uploadAfterRefusal(code: RefusalCode): string {
  return `Upload ${WHAT_TO_UPLOAD[code] ?? 'the corrected file'} to your SFTP folder.`;
}

/** What a refused file becomes. */
export const WHAT_TO_UPLOAD: Readonly<Partial<Record<RefusalCode, string>>> = {
  FILE_EMPTY: 'the new export',
  NO_RECORDS: 'the new export',
  FILE_DAMAGED: 'the new export',
  NOT_CSV: 'the CSV file',
  TOO_LARGE: 'the parts',
  TOO_MANY_RECORDS: 'the parts',
};
