// Many lines of a file, 4 bytes each.

export class Lines {
  #all = new Uint32Array(1024);
  #count = 0;
  #sorted = true;

  get count(): number {
    return this.#count;
  }

  add(line: number): void {
    if (this.#count === this.#all.length) {
      const larger = new Uint32Array(this.#count * 2);
      larger.set(this.#all);
      this.#all = larger;
    }
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
    this.sort();
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#all[middle]! < line) low = middle + 1;
      else high = middle;
    }
    return low < this.#count && this.#all[low] === line;
  }
}
