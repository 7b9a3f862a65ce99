// 64-bit fingerprints of text: what the inspection of a file keeps of unique ids, e-mails and user names, because 5,000,000 of them
// as text would not fit. Two 32-bit lanes, since numbers of 64 bits are slow here. Not cryptographic: with 5,000,000 texts the
// chance that any two share a fingerprint is below one in a million. Files on disk hold fingerprints, so the function never changes.

import { grown, isAmong } from '../number-lists';

const { imul } = Math;
const lanes = new Uint32Array(2);
const lanesAsOne = new BigUint64Array(lanes.buffer);

/** The fingerprint as one number of 64 bits. */
export function fingerprint(text: string): bigint {
  fingerprintInto(text, lanes, 0);
  return lanesAsOne[0]!;
}

/** Writes the fingerprint as two numbers of 32 bits, laid out as the bigint is in memory. Never both 0: that is free to mean "none". */
export function fingerprintInto(text: string, target: Uint32Array, at: number): void {
  let a = 0x9e3779b9 | 0;
  let b = 0x85ebca6b | 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = imul(a ^ code, 0x9e3779b1);
    a = (a << 13) | (a >>> 19);
    b = imul(b ^ code, 0x5f356495);
    b = (b << 17) | (b >>> 15);
  }
  a ^= text.length;
  b = avalanche(b ^ imul(a, 0x27d4eb2f));
  a = avalanche(a ^ b);
  target[at] = a === 0 && b === 0 ? 1 : a;
  target[at + 1] = b;
}

function avalanche(lane: number): number {
  let h = lane;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Many texts, of which only "is it among them?" is ever asked: 8 bytes each, so that 5,000,000 of them fit. */
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
