// Counts why records were rejected, one record after the other: how many have each reason, and, by column, which lines to look at first
// and what to do. Bounded: there are a few dozen reasons and columns, however long the file.

import type { FieldName } from '../record/fields';
import { REASONS, type Reason, type ReasonCode } from './reasons';

/** Records rejected for one reason in one column. */
export interface ReasonGroup {
  readonly code: ReasonCode;
  /** null = the reason is about records as a whole. */
  readonly field: FieldName | null;
  readonly count: number;
  /** The first of them. */
  readonly lines: readonly number[];
  /** The sentence that all of them have; null = each has its own. */
  readonly message: string | null;
}

const LINES_KEPT = 5;

interface Counting {
  readonly code: ReasonCode;
  readonly field: FieldName | null;
  readonly lines: number[];
  count: number;
  lastLine: number;
  message: string | null;
}

export class ReasonTally {
  readonly #records = new Map<ReasonCode, number>();
  readonly #groups = new Map<string, Counting>();

  add(line: number, reasons: readonly Reason[]): void {
    for (const code of new Set(reasons.map((reason) => reason.code))) this.#records.set(code, (this.#records.get(code) ?? 0) + 1);
    for (const reason of reasons) {
      const group = this.#groupOf(reason);
      if (group.message !== reason.message) group.message = null;
      if (group.lastLine === line) continue;
      group.lastLine = line;
      group.count++;
      if (group.lines.length < LINES_KEPT) group.lines.push(line);
    }
  }

  #groupOf({ code, field, message }: Reason): Counting {
    const column = REASONS[code].scope === 'record' ? null : field;
    const key = `${code} ${column}`;
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Counting = { code, field: column, lines: [], count: 0, lastLine: 0, message };
    this.#groups.set(key, group);
    return group;
  }

  /** Records with each reason, maybe among others. */
  get counts(): Readonly<Partial<Record<ReasonCode, number>>> {
    return Object.fromEntries(this.#records);
  }

  /** Most records first, equals in the order of their first line. */
  get groups(): readonly ReasonGroup[] {
    return [...this.#groups.values()]
      .map(({ code, field, count, lines, message }) => ({ code, field, count, lines, message }))
      .sort((a, b) => b.count - a.count || a.lines[0]! - b.lines[0]!);
  }
}
