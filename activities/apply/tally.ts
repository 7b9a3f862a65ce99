// Adds up the results of records: counts, and users whose permits are to be released.

import { NO_COUNTS, type Counts } from '../../src/domain/import-run';
import type { UserId } from '../../src/domain/ids';
import type { Applied } from './apply-records';

const COUNTED_AS: Readonly<Record<Exclude<Applied['kind'], 'taken'>, readonly (keyof Counts)[]>> = {
  create: ['created'],
  update: ['updated'],
  archive: ['updated', 'archived'],
  reactivate: ['updated'],
  unchanged: ['unchanged'],
  superseded: ['superseded'],
  rejected: ['rejected'],
};

export class Tally {
  readonly releaseFor: UserId[] = [];
  readonly #counts: { -readonly [K in keyof Counts]: Counts[K] } = { ...NO_COUNTS };

  get counts(): Counts {
    return { ...this.#counts };
  }

  count(what: keyof Counts): void {
    this.#counts[what]++;
  }

  /** Counts what one record led to. One that is still to be tried again counts nowhere yet. */
  add(applied: Exclude<Applied, { kind: 'taken' }>): void {
    for (const what of COUNTED_AS[applied.kind]) this.#counts[what]++;
    if (applied.kind === 'rejected') return;
    if (applied.inactiveIgnored) this.#counts.inactiveIgnored++;
    if (applied.releaseFor !== null) this.releaseFor.push(applied.releaseFor);
  }
}
