// The reasons of an import, most frequent first, each with its column, first lines and advice, for the e-mail and the command line.
// Holds no values of records.

import { headerInFile, type FileHeaders } from '../file/header-names';
import type { ImportRun } from '../import-run';
import type { FieldName } from '../record/fields';
import type { ReasonGroup } from './reason-tally';
import { namesUser, REASONS, type ReasonCode, type Reason } from './reasons';

export interface ReasonSummary {
  readonly code: ReasonCode;
  /** Records rejected for this reason; they may have others, too. */
  readonly count: number;
  readonly title: string;
  /** null where the reason is about records as a whole. */
  readonly field: FieldName | null;
  /** The header in the file; null like `field`. */
  readonly column: string | null;
  /** The first few of them. */
  readonly lines: readonly number[];
  readonly advice: string;
}

/** `file` null = its headers are not known. */
export function summariseReasons(
  { reasonCounts, reasonGroups }: Pick<ImportRun, 'reasonCounts' | 'reasonGroups'>,
  file: FileHeaders | null,
): readonly ReasonSummary[] {
  return (reasonGroups ?? groupsOf(reasonCounts)).map(({ code, field, count, lines, message }) => ({
    code,
    count,
    title: REASONS[code].title,
    field,
    column: field === null ? null : headerInFile(file, field),
    lines,
    advice: message !== null && field !== null && !namesUser(code) ? message : REASONS[code].fix,
  }));
}

function groupsOf(counts: ImportRun['reasonCounts']): readonly ReasonGroup[] {
  return (Object.keys(REASONS) as ReasonCode[])
    .map((code) => ({ code, field: null, count: counts[code] ?? 0, lines: [], message: null }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}

/** The reasons of a record as three cells: codes, columns and sentences, in the same order. `file` = whose headers they refer to. */
export function reasonCells(reasons: readonly Reason[], file: FileHeaders): readonly [code: string, field: string, reason: string] {
  return [
    joined(reasons.map(({ code }) => code)),
    joined(reasons.map(({ field }) => (field === null ? '' : headerInFile(file, field)))),
    joined(reasons.map(({ message }) => message)),
  ];
}

const joined = (texts: readonly string[]) => texts.join(' | ');
