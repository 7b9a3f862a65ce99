// Programs that are interrupted (^C in OpenSSH's sftp, an exception in paramiko or ftplib, an error in FileZilla) close the part that they
// have sent as if it were the file. What gives it away: it ends with a full block, in the middle of a line of text. A block is known to
// be full when another one has the same length. A whole file without a line break at its end is mistaken for such a part only when it happens
// to end with a full block: over SFTP one in 4,096 at most, over FTPS one in 8,192.

import { FolderError } from './folder/folder-error';

/** A small file is a single block as well, of any length. This is one that few files have by chance, and that most programs use. */
const ROUND_BYTES = 16 * 1024;

/** How many blocks are gathered. */
const BUNDLE = 8;

const LF = 0x0a;
const CR = 0x0d;

export interface BlocksOfPrograms {
  /** What is shorter tells nothing: a program may write line by line. */
  readonly shortest: number;
  /** Blocks are gathered on their way by eights, and the last ones may be a part of such a bundle: then the whole is a multiple of this. */
  readonly unit?: number;
  /** Blocks of this length are cut into shorter ones on their way, of lengths that tell nothing. */
  readonly copied?: number;
}

export class SentBlocks {
  readonly #usual: BlocksOfPrograms;
  #count = 0;
  #longest = 0;
  /** How many blocks are as long as the longest. */
  #full = 0;
  /** Of what the client has written so far. */
  #end = 0;
  #last: { readonly bytes: number; readonly endsInLine: boolean; readonly lacksCells: boolean } | undefined;

  constructor(usual: BlocksOfPrograms) {
    this.#usual = usual;
  }

  /** A block has been written; the file now ends at `end`. */
  add(block: Uint8Array, end: number): void {
    this.#count += 1;
    this.#full = block.length > this.#longest ? 1 : this.#full + Number(block.length === this.#longest);
    this.#longest = Math.max(this.#longest, block.length);
    if (end <= this.#end) return;
    this.#end = end;
    const { unit } = this.#usual;
    const isBundle = unit !== undefined && this.#longest === BUNDLE * unit && end % unit === 0;
    this.#last = { bytes: block.length, endsInLine: endsInLine(block), lacksCells: isBundle && lacksCells(block) };
  }

  /** Whether a file that is closed at `end` looks as if its program had stopped half-way. */
  lookCut(end: number): boolean {
    if (this.#last?.endsInLine !== true || end !== this.#end) return false;
    const { shortest, copied } = this.#usual;
    if (copied !== undefined && this.#count > 1 && end % copied === 0) return true;
    // Programs that do not gather may write blocks as long as a bundle, and a whole file of theirs may be such a multiple.
    if (this.#count > 1 && this.#last.lacksCells) return true;
    if (this.#last.bytes !== this.#longest || this.#longest < shortest) return false;
    // Of several, the longest may be the body behind a header: only a second one tells that it is full.
    return this.#count > 1 ? this.#full > 1 : this.#longest % ROUND_BYTES === 0;
  }
}

/** What a program hears that closes such a file. */
export function cutInLine(): FolderError {
  return new FolderError(
    'failed',
    'The file is not complete: it ends in the middle of a line. Resume the upload, or send it again with a line break at its end',
  );
}

/** Of text that has lines. What has none is not a CSV file, whole or cut: the import says so. */
function endsInLine(block: Uint8Array): boolean {
  const last = block.at(-1);
  return last !== LF && last !== CR && block.includes(LF) && !block.includes(0);
}

/** Whether the last line has fewer cells than the one before it. When that one began in another block, it tells nothing. */
function lacksCells(block: Uint8Array): boolean {
  const text = Buffer.from(block.buffer, block.byteOffset, block.length);
  const begin = text.lastIndexOf(LF) + 1;
  const before = text.lastIndexOf(LF, begin - 2) + 1;
  if (begin < 2 || before === 0) return false;
  const whole = unquoted(text.toString('latin1', before, begin));
  const last = unquoted(text.toString('latin1', begin));
  return [',', ';', '\t', '|'].some((separator) => whole.split(separator).length > last.split(separator).length);
}

function unquoted(line: string): string {
  return line.replaceAll(/"[^"]*"?/g, '');
}
