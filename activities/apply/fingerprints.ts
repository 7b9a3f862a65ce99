// Many texts, of which only "is it among them?" is ever asked: 8 bytes each, so that 5,000,000 of them fit.

import { fingerprint } from '../../src/domain/file/fingerprint';

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
    if (this.#count === this.#all.length) {
      const larger = new BigUint64Array(Math.max(1024, this.#count * 2));
      larger.set(this.#all);
      this.#all = larger;
    }
    this.#all[this.#count++] = print;
    this.#sorted = false;
  }

  hasPrint(wanted: bigint): boolean {
    if (!this.#sorted) this.#all.subarray(0, this.#count).sort();
    this.#sorted = true;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#all[middle]! < wanted) low = middle + 1;
      else high = middle;
    }
    return low < this.#count && this.#all[low] === wanted;
  }
}
