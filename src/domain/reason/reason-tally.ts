// Counts why records were rejected, one record after the other: how many have each reason, and which columns it is about.

import type { FieldName } from '../record/fields';
import type { Reason, ReasonCode } from './reasons';

export class ReasonTally {
  readonly #records = new Map<ReasonCode, number>();
  readonly #fields = new Map<ReasonCode, Map<FieldName, number>>();

  add(reasons: readonly Reason[]): void {
    for (const code of new Set(reasons.map((reason) => reason.code))) count(this.#records, code);
    for (const { code, field } of reasons) {
      if (field === null) continue;
      const fields = this.#fields.get(code) ?? new Map<FieldName, number>();
      this.#fields.set(code, count(fields, field));
    }
  }

  /** Records with each reason, maybe among others. */
  get counts(): Readonly<Partial<Record<ReasonCode, number>>> {
    return Object.fromEntries(this.#records);
  }

  /** Where each reason was found: the column that has it most often first, equals by name. */
  get fields(): Readonly<Partial<Record<ReasonCode, readonly FieldName[]>>> {
    return Object.fromEntries([...this.#fields].map(([code, found]) => [code, [...found].sort(inOrder).map(([field]) => field)]));
  }
}

function inOrder([a, m]: [FieldName, number], [b, n]: [FieldName, number]): number {
  return n - m || (a < b ? -1 : 1);
}

function count<K>(counts: Map<K, number>, key: K): Map<K, number> {
  return counts.set(key, (counts.get(key) ?? 0) + 1);
}
