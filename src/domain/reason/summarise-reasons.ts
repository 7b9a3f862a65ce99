// The reasons of an import by frequency, each with its column, the lines to look at first and what to do: what the e-mail and the command
// line tell first. Holds no value of any record.

import { headerInFile, type FileHeaders } from '../file/header-in-file';
import type { ImportRun } from '../import-run';
import type { ReasonGroup } from './reason-tally';
import { REASONS, type ReasonCode } from './reasons';

export interface ReasonSummary {
  readonly code: ReasonCode;
  /** Records rejected for it, maybe among other reasons. */
  readonly count: number;
  readonly title: string;
  /** Header as the file has it; null where the reason is about records as a whole. */
  readonly column: string | null;
  /** The first of the records. */
  readonly lines: readonly number[];
  readonly advice: string;
}

/** Their sentences may name another user. */
const NAMING_USERS: ReadonlySet<ReasonCode> = new Set(['9019', '9020', 'LEADING_ZEROS']);

/** Most frequent first. `file` null = its headers are not known. */
export function summariseReasons(
  { reasonCounts, reasonGroups }: Pick<ImportRun, 'reasonCounts' | 'reasonGroups'>,
  file: FileHeaders | null,
): readonly ReasonSummary[] {
  return (reasonGroups ?? groupsOf(reasonCounts)).map(({ code, field, count, lines, message }) => ({
    code,
    count,
    title: REASONS[code].title,
    column: field === null ? null : headerInFile(file, field),
    lines,
    advice: message !== null && field !== null && !NAMING_USERS.has(code) ? message : REASONS[code].fix,
  }));
}

function groupsOf(counts: ImportRun['reasonCounts']): readonly ReasonGroup[] {
  return (Object.keys(REASONS) as ReasonCode[])
    .map((code) => ({ code, field: null, count: counts[code] ?? 0, lines: [], message: null }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}
