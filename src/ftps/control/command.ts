// A command on the control connection, cut out of its bytes, and its answer.

/** A command line in its two parts. */
export interface Command {
  /** Upper case. */
  readonly verb: string;
  /** As sent: a name may begin or end with a space. Empty when there is none. */
  readonly argument: string;
}

/** Undefined when the line does not begin as a command does. */
export function parseCommand(line: string): Command | undefined {
  const [, verb, , argument = ''] = /^([A-Za-z]{3,4})( (.*))?$/.exec(line) ?? [];
  return verb === undefined ? undefined : { verb: verb.toUpperCase(), argument };
}

/** A code for the program, and words for people. */
export interface Reply {
  readonly code: number;
  /** More than one make a reply of several lines. */
  readonly lines: readonly [string, ...string[]];
}

export function reply(code: number, ...lines: [string, ...string[]]): Reply {
  return { code, lines };
}

/** The lines between the first and the last are indented, so that none of them can be taken for the end. */
export function encodeReply({ code, lines: [first, ...more] }: Reply): string {
  const last = more.at(-1);
  if (last === undefined) return `${code} ${first}\r\n`;
  return [`${code}-${first}`, ...more.slice(0, -1).map((line) => ` ${line}`), `${code} ${last}`].map((line) => `${line}\r\n`).join('');
}

/** For 257: quotes in a path are doubled. */
export function quotePath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

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
