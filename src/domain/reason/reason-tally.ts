// Counts why records were rejected: how many have each reason and, for each column, the first lines and what to do. Stays small however
// long the file is, because there are only a few dozen reasons and columns. The result is stored for good, so it never names a user.

import type { FieldName } from '../record/fields';
import { namesUser, REASONS, type Reason, type ReasonCode } from './reasons';

/** Records rejected for one reason in one column. */
export interface ReasonGroup {
  readonly code: ReasonCode;
  /** null = the reason is about records as a whole. */
  readonly field: FieldName | null;
  readonly count: number;
  /** The first of them. */
  readonly lines: readonly number[];
  /** The sentence that all of them share; null = they differ, or may name another user. */
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
    const group: Counting = { code, field: column, lines: [], count: 0, lastLine: 0, message: namesUser(code) ? null : message };
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
