// Bytes of an upload: which have arrived, and how they are written. Some clients send blocks out of order; a file with a hole in it must never be
// published.

import type { FileHandle } from 'node:fs/promises';

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

const COPY_BYTES = 1024 * 1024;

/** Done when it returns: a single write may take less than it was given. */
export async function writeAll(file: FileHandle, data: Buffer, at: number): Promise<void> {
  for (let done = 0; done < data.length;) done += (await file.write(data, done, data.length - done, at + done)).bytesWritten;
}

/** Copies from the beginning to the end and closes the source. Returns the number of bytes. */
export async function copyAll(source: FileHandle, target: FileHandle): Promise<number> {
  try {
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    for (let copied = 0; ;) {
      const { bytesRead } = await source.read(buffer, 0, buffer.length, copied);
      if (bytesRead === 0) return copied;
      await writeAll(target, buffer.subarray(0, bytesRead), copied);
      copied += bytesRead;
    }
  } finally {
    await source.close();
  }
}
