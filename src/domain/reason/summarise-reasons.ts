// The reasons of an import by frequency, with the columns they are about and how to fix each: what the e-mail and the command line tell
// first.

import { headerInFile, type FileHeaders } from '../file/header-in-file';
import type { ImportRun } from '../import-run';
import { REASONS, type ReasonCode } from './reasons';

export interface ReasonSummary {
  readonly code: ReasonCode;
  /** Records rejected for it, maybe among other reasons. */
  readonly count: number;
  readonly title: string;
  /** Headers as the file has them, the one with most records first; none where the reason is about records as a whole. */
  readonly columns: readonly string[];
  readonly fix: string;
}

/** Most frequent first, equals by code. `file` null = its headers are not known. */
export function summariseReasons(
  { reasonCounts, reasonFields = {} }: Pick<ImportRun, 'reasonCounts' | 'reasonFields'>,
  file: FileHeaders | null,
): readonly ReasonSummary[] {
  return (Object.keys(REASONS) as ReasonCode[])
    .map((code) => ({
      code,
      count: reasonCounts[code] ?? 0,
      title: REASONS[code].title,
      columns: REASONS[code].scope === 'record' ? [] : (reasonFields[code] ?? []).map((field) => headerInFile(file, field)),
      fix: REASONS[code].fix,
    }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}
