// Text that a client chose must read as text on a terminal: no escape sequence, no second line, no reversed writing; and a command that
// we print can be copied, whatever is in it.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Characters that cannot be seen, or that steer a terminal, as `\u{1b}`. */
export function escapeText(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** The same for text of our own that may have several lines. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeText).join('\n');
}

/** The same for a CSV file that is read on a terminal, which needs no mark of its encoding. */
export function escapeCsv(text: string): string {
  return escapeLines(text.replaceAll('\ufeff', '').replaceAll('\r\n', '\n'));
}

/** JSON says the same after this: only characters within strings are concerned, since the layout itself is plain text and newlines. */
export function escapeJson(json: string): string {
  return json.replace(UNSEEN, (character) => (character === '\n' ? character : unitsOf(character)));
}

function unitsOf(character: string): string {
  const units = Array.from({ length: character.length }, (_, i) => character.charCodeAt(i));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** As one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : quote(text);
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
