// Decodes a file into UTF-8, block by block, and says where it cannot: exactly, so that the refusal names the line. UTF-8 itself is
// only checked. The platform's decoders are not used because they do not tell where, and because Node versions differ on windows-1252.

import { isUtf8 } from 'node:buffer';
import type { FileLayout } from '../../domain/import-run';

interface Decoded {
  /** UTF-8. Valid until the next block is decoded. */
  readonly text: Buffer;
  /** The byte after `text` is not valid in the encoding. */
  readonly isBroken: boolean;
}

/** A character that continues in the next block is held back, and is broken when there is none. */
type Decode = (block: Buffer, isLast: boolean) => Decoded;

export function textDecoder(encoding: FileLayout['encoding']): Decode {
  switch (encoding) {
    case 'utf-8':
      return holdingBack(utf8Length, checkUtf8);
    case 'windows-1252':
      return decodeWindows1252;
    case 'utf-16le':
      return holdingBack(utf16Length(1), decodeUtf16);
    case 'utf-16be':
      return holdingBack(utf16Length(0), (bytes) => decodeUtf16(Buffer.from(bytes).swap16()));
  }
}

function holdingBack(completeLength: (bytes: Buffer) => number, decode: (bytes: Buffer) => Decoded): Decode {
  let held: Buffer = Buffer.alloc(0);
  return (block, isLast) => {
    const bytes = held.length === 0 ? block : Buffer.concat([held, block]);
    const length = completeLength(bytes);
    held = Buffer.from(bytes.subarray(length));
    const decoded = decode(bytes.subarray(0, length));
    return isLast && held.length > 0 ? { ...decoded, isBroken: true } : decoded;
  };
}

/** Without an incomplete character at the end. */
function utf8Length(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const needed = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return needed > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function checkUtf8(bytes: Buffer): Decoded {
  if (isUtf8(bytes)) return { text: bytes, isBroken: false };
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    const head = bytes.subarray(0, middle);
    if (isUtf8(head.subarray(0, utf8Length(head)))) good = middle;
    else bad = middle;
  }
  const head = bytes.subarray(0, good);
  return { text: head.subarray(0, utf8Length(head)), isBroken: true };
}

/** What windows-1252 has where latin1 has control characters, from 0x80 on; five are not assigned. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const UNASSIGNED = /[\u0081\u008d\u008f\u0090\u009d]/;

function decodeWindows1252(block: Buffer): Decoded {
  const text = block.toString('latin1').replaceAll(/[\u0080-\u009f]/g, (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80]!);
  return upTo(text, text.search(UNASSIGNED));
}

/** Without a last odd byte, and without the first half of a pair. */
const utf16Length =
  (highByte: 0 | 1) =>
  (bytes: Buffer): number => {
    const even = bytes.length - (bytes.length % 2);
    const isHalf = even > 0 && (bytes[even - 2 + highByte]! & 0xfc) === 0xd8;
    return isHalf ? even - 2 : even;
  };

function decodeUtf16(bytes: Buffer): Decoded {
  const text = bytes.toString('utf16le');
  return upTo(text, text.search(/\p{Surrogate}/u));
}

function upTo(text: string, broken: number): Decoded {
  return broken === -1 ? { text: Buffer.from(text), isBroken: false } : { text: Buffer.from(text.slice(0, broken)), isBroken: true };
}

/**
 * Detects that a file which should be windows-1252 is UTF-8: every byte beyond ASCII is part of a valid character. That hardly ever happens by
 * chance, and read as windows-1252, each accent would become two wrong letters.
 */
export class Utf8Watch {
  readonly #decode: Decode = textDecoder('utf-8');
  #isValid = true;
  #hasAccents = false;

  add(bytes: Buffer, isLast = false): void {
    if (!this.#isValid) return;
    this.#hasAccents ||= bytes.some((byte) => byte >= 0x80);
    this.#isValid = !this.#decode(bytes, isLast).isBroken;
  }

  /** Of what it has seen so far. */
  get isUtf8(): boolean {
    return this.#isValid && this.#hasAccents;
  }
}
