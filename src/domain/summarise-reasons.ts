// The reasons of an import by frequency, with how to fix each: what the e-mail, the receipt and the command line tell first.

import { REASONS, type ReasonCode } from './reasons';

export interface ReasonSummary {
  readonly code: ReasonCode;
  /** Records rejected for it, maybe among other reasons. */
  readonly count: number;
  readonly title: string;
  readonly fix: string;
}

/** Most frequent first, equals by code. */
export function summariseReasons(reasonCounts: Readonly<Partial<Record<ReasonCode, number>>>): readonly ReasonSummary[] {
  return (Object.keys(REASONS) as ReasonCode[])
    .map((code) => ({ code, count: reasonCounts[code] ?? 0, title: REASONS[code].title, fix: REASONS[code].fix }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count || (a.code < b.code ? -1 : 1));
}
