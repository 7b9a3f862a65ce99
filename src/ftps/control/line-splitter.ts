// Cuts the bytes of a control connection into command lines, wherever the network has cut them before. Holds no more than one line.

/** `unreadable` = not UTF-8, or with control characters in it: two programs could read two different commands in such a line. */
export type Line = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'unreadable' } | { readonly kind: 'too-long' };

export const MAX_LINE_BYTES = 4096;
const LF = 0x0a;
const CR = 0x0d;
// What telnet puts before an ABOR: "interpret as command", and which one.
const IAC = 0xff;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class LineSplitter {
  #held: Buffer[] = [];
  #heldBytes = 0;

  /** The lines that end in this chunk. */
  push(chunk: Buffer): readonly Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      this.#hold(chunk.subarray(from, end));
      lines.push(this.#take());
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
    return lines;
  }

  #hold(part: Buffer): void {
    this.#heldBytes += part.length;
    if (this.#heldBytes > MAX_LINE_BYTES) this.#held = [];
    // A copy: the chunk may be a slice of something much larger.
    else if (part.length > 0) this.#held.push(Buffer.from(part));
  }

  #take(): Line {
    const isTooLong = this.#heldBytes > MAX_LINE_BYTES;
    const bytes = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return isTooLong ? { kind: 'too-long' } : read(bytes);
  }
}

function read(bytes: Buffer): Line {
  const end = bytes.at(-1) === CR ? bytes.length - 1 : bytes.length;
  try {
    const text = UTF_8.decode(bytes.subarray(afterTelnet(bytes), end));
    return CONTROL.test(text) ? { kind: 'unreadable' } : { kind: 'text', text };
  } catch {
    return { kind: 'unreadable' };
  }
}

function afterTelnet(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === IAC) at += 2;
  return Math.min(at, bytes.length);
}
