// Lists of numbers that may hold one for each record of a file: typed arrays, which cost what their bytes are and no more. One that is full
// is replaced by a longer copy.

/** The same numbers with room for as many again. */
export function grown(numbers: Uint8Array): Uint8Array<ArrayBuffer>;
export function grown(numbers: Uint32Array): Uint32Array<ArrayBuffer>;
export function grown(numbers: BigUint64Array): BigUint64Array<ArrayBuffer>;
export function grown(numbers: Uint8Array | Uint32Array | BigUint64Array): Uint8Array | Uint32Array | BigUint64Array {
  const room = Math.max(1024, numbers.length * 2);
  if (numbers instanceof BigUint64Array) {
    const longer = new BigUint64Array(room);
    longer.set(numbers);
    return longer;
  }
  const longer = numbers instanceof Uint8Array ? new Uint8Array(room) : new Uint32Array(room);
  longer.set(numbers);
  return longer;
}

/** Whether the number is among the first `count` ones, which are sorted. */
export function isAmong<T extends number | bigint>(sorted: ArrayLike<T>, count: number, wanted: T): boolean {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low < count && sorted[low] === wanted;
}

/** Many lines of a file, 4 bytes each. */
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
