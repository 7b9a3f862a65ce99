// A text as one word of a POSIX shell, so that a command that we print can be copied, whatever is in it.

export function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : quote(text);
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
