// Many texts, of which only "is it among them?" is ever asked: 8 bytes each, so that 5,000,000 of them fit.

import { fingerprint } from '../../src/domain/file/fingerprint';
import { grown, isAmong } from '../../src/domain/number-lists';

export class Fingerprints {
  #sorted = true;
  #count: number;
  #all: BigUint64Array;

  /** `sorted` as `inspect` left them; none to begin with an empty list. */
  constructor(sorted: BigUint64Array = new BigUint64Array(0)) {
    this.#all = sorted;
    this.#count = sorted.length;
  }

  add(text: string): void {
    this.addPrint(fingerprint(text));
  }

  has(text: string): boolean {
    return this.hasPrint(fingerprint(text));
  }

  addPrint(print: bigint): void {
    if (this.#count === this.#all.length) this.#all = grown(this.#all);
    this.#all[this.#count++] = print;
    this.#sorted = false;
  }

  hasPrint(wanted: bigint): boolean {
    if (!this.#sorted) this.#all.subarray(0, this.#count).sort();
    this.#sorted = true;
    return isAmong(this.#all, this.#count, wanted);
  }
}
