// Which bytes of an upload have arrived. Some clients send blocks out of order; a file with a hole in it must never be published.

const MAX_PIECES = 1024;

export class WrittenRanges {
  #first = 0;
  /** Sorted, apart from each other and from [0, first). */
  #later: { start: number; end: number }[] = [];

  constructor(contiguous = 0) {
    this.#first = contiguous;
  }

  /** Bytes from the start without a hole. */
  get contiguous(): number {
    return this.#first;
  }

  get end(): number {
    return this.#later.at(-1)?.end ?? this.#first;
  }

  get hasHole(): boolean {
    return this.#later.length > 0;
  }

  /** False when the blocks are scattered beyond reason. */
  add(start: number, end: number): boolean {
    if (end <= start) return true;
    if (start <= this.#first) this.#first = Math.max(this.#first, end);
    else this.#insert(start, end);
    while (this.#later[0] !== undefined && this.#later[0].start <= this.#first) {
      this.#first = Math.max(this.#first, this.#later[0].end);
      this.#later.shift();
    }
    return this.#later.length <= MAX_PIECES;
  }

  truncate(size: number): void {
    this.#first = Math.min(this.#first, size);
    this.#later = this.#later.filter((piece) => piece.start < size).map(({ start, end }) => ({ start, end: Math.min(end, size) }));
  }

  #insert(start: number, end: number): void {
    const apart = this.#later.filter((piece) => piece.end < start || piece.start > end);
    const touching = this.#later.filter((piece) => piece.end >= start && piece.start <= end);
    const merged = {
      start: Math.min(start, ...touching.map((piece) => piece.start)),
      end: Math.max(end, ...touching.map((piece) => piece.end)),
    };
    this.#later = [...apart, merged].toSorted((a, b) => a.start - b.start);
  }
}
