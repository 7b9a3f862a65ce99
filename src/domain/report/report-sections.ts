// The sections "What is wrong" and "What to do" of an e-mail. One problem for each reason and column, with its first lines; or the refusal
// of the file. The steps follow the reasons: nobody is told to correct a value when the answer is to ask us, or to export the file again.

import type { ImportRun } from '../import-run';
import { counted, nameLines, grouped, oneLine } from './wording';
import { namesUser, type Reason, type ReasonCode } from '../reason/reasons';
import { refusalWords, type Refusal, type RefusalCode } from '../reason/refusals';
import { summariseReasons, type ReasonSummary } from '../reason/summarise-reasons';
import { failedRecordsPath } from '../file/folder-files';

export interface Problem {
  /** How many records have it, e.g. `8 records`; null = it is about the file as a whole. */
  readonly often: string | null;
  readonly code: string;
  readonly title: string;
  /** Where to look, e.g. `in street, on lines 2 and 7`; null = it is about the file as a whole. */
  readonly where: string | null;
  readonly advice: string;
  /** What differs from line to line, e.g. `Line 4: User 1042 already has this email; …`. */
  readonly details: readonly string[];
}

/** The reasons of one rejected record. Some sentences name another user, so they are kept with the record only. */
export interface Told {
  readonly line: number;
  readonly reasons: readonly Reason[];
}

const MOST_PROBLEMS = 20;

/** The lines whose records `failedProblems` wants to be told about. */
export function linesToTell(run: Pick<ImportRun, 'reasonCounts' | 'reasonGroups'>): readonly number[] {
  return [...new Set(shownReasons(run, null).flatMap(({ code, lines }) => (namesUser(code) ? lines : [])))];
}

export function failedProblems(run: ImportRun, told: readonly Told[]): Problem[] {
  return shownReasons(run, run.layout).map((summary) => {
    const { code, count, title, column, lines, advice } = summary;
    return {
      often: counted(count, 'record'),
      code,
      title,
      where: placesText(column, lines, count),
      advice,
      details: detailsOf(summary, told),
    };
  });
}

export function refusedBecause(refusal: Refusal): Problem {
  const where = refusal.line === undefined ? '' : ` (line ${grouped(refusal.line)} of the file)`;
  const title = `${refusalWords(refusal.code).title}${where}`;
  return { often: null, code: refusal.code, title, where: null, advice: oneLine(refusal.message, 2_000), details: [] };
}

function shownReasons(run: Pick<ImportRun, 'reasonCounts' | 'reasonGroups'>, layout: ImportRun['layout']): readonly ReasonSummary[] {
  return summariseReasons(run, layout).slice(0, MOST_PROBLEMS);
}

function detailsOf({ code, field, lines }: ReasonSummary, told: readonly Told[]): readonly string[] {
  if (!namesUser(code)) return [];
  return lines.flatMap((line) => {
    const reasons = told.find((record) => record.line === line)?.reasons ?? [];
    const these = reasons.filter((reason) => reason.code === code && reason.field === field);
    return these.map(({ message }) => `Line ${grouped(line)}: ${oneLine(message, 300)}`);
  });
}

/** `in email, on lines 2, 3 and 7` */
function placesText(column: string | null, lines: readonly number[], count: number): string | null {
  const places = [
    ...(column === null ? [] : [`in ${oneLine(column, 50)}`]),
    ...(lines.length === 0 ? [] : [`on ${nameLines(lines, count)}`]),
  ];
  return places.length === 0 ? null : places.join(', ');
}

/** `attachmentName` null = nothing is attached. */
export function correctAndUpload(run: ImportRun, attachmentName: string | null): readonly string[] {
  const codes = Object.keys(run.reasonCounts) as readonly ReasonCode[];
  const where =
    attachmentName === null ? `Download ${failedRecordsPath(run)} from your SFTP folder.` : `Open the attached ${attachmentName}.`;
  if (codes.includes('CUT_OFF')) {
    const rest = codes.length > 1 ? ', correct the other failed records in it' : '';
    return [`Export the file again${rest} and upload the complete file. You will not need the failed-records file.`];
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
