// Many lines of a file, 4 bytes each.

import { grown, isAmong } from '../../src/domain/number-lists';

export class Lines {
  #all = new Uint32Array(1024);
  #count = 0;
  #sorted = true;

  get count(): number {
    return this.#count;
  }

  add(line: number): void {
    if (this.#count === this.#all.length) this.#all = grown(this.#all);
    this.#sorted &&= this.#count === 0 || this.#all[this.#count - 1]! <= line;
    this.#all[this.#count++] = line;
  }

  sort(): this {
    if (!this.#sorted) this.#all.subarray(0, this.#count).sort();
    this.#sorted = true;
    return this;
  }

  /** In the order in which they were added, or sorted since. */
  at(index: number): number {
    return this.#all[index]!;
  }

  slice(from: number, to: number): readonly number[] {
    return [...this.#all.subarray(from, Math.min(to, this.#count))];
  }

  /** Sorts them where they are not. */
  has(line: number): boolean {
    return isAmong(this.sort().#all, this.#count, line);
  }
}
