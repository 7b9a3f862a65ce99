// Programs that are interrupted (^C in OpenSSH's sftp, an exception in paramiko, an error in FileZilla) close the part that they have
// sent as if it were the file. What gives it away: it ends with a full block, in the middle of a line of text. That a block is full is seen
// from another one of the same length. A whole file that looks so is one in tens of thousands, and of those only one without a line break
// at its end.

/** The smallest block that a program in use sends; what is shorter tells nothing. */
const MIN_BLOCK_BYTES = 16 * 1024;

const LF = 0x0a;
const CR = 0x0d;

export class SentBlocks {
  private count = 0;
  private longest = 0;
  /** How many blocks are as long as the longest. */
  private full = 0;
  /** Of what the client has written so far. */
  private end = 0;
  private last: { readonly bytes: number; readonly endsInLine: boolean } | undefined;

  /** A block has been written; the file now ends at `end`. */
  add(block: Uint8Array, end: number): void {
    this.count += 1;
    this.full = block.length > this.longest ? 1 : this.full + Number(block.length === this.longest);
    this.longest = Math.max(this.longest, block.length);
    if (end <= this.end) return;
    this.end = end;
    this.last = { bytes: block.length, endsInLine: endsInLine(block) };
  }

  /** Whether a file that is closed at `end` looks as if its program had stopped half-way. */
  lookCut(end: number): boolean {
    const { last, longest, count, full } = this;
    if (last?.endsInLine !== true || end !== this.end) return false;
    if (last.bytes !== longest || longest < MIN_BLOCK_BYTES) return false;
    // A single block may be the whole of a small file: its length must be one that few files have by chance. Of several, the longest may
    // be the body behind a header: only a second one tells that it is full.
    return count > 1 ? full > 1 : longest % MIN_BLOCK_BYTES === 0;
  }
}

/** Of text that has lines. What has none is no CSV file, whole or cut: the import says so. */
function endsInLine(block: Uint8Array): boolean {
  const last = block.at(-1);
  return last !== LF && last !== CR && block.includes(LF) && !block.includes(0);
}
