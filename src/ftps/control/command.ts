// A command on the control connection, and its answer.

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
