// A command line in its two parts.

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
