// Text of one cell before it means anything: what kinds of characters it holds, and its normal form (trimmed, NFC).
// Runs for every cell of every file, so it looks at character codes once and leaves plain ASCII alone.

export const NON_ASCII = 1;
export const LINE_BREAK = 2;
/** A control character (C0, DEL, C1) other than a line break. */
export const CONTROL = 4;

/** The kinds of characters in the text, as a sum of the constants above; 0 = printable ASCII only. */
export function scanText(text: string): number {
  let kinds = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 && code < 0x7f) continue;
    if (code > 0x9f) kinds |= NON_ASCII;
    else if (code === 0x0a || code === 0x0d) kinds |= LINE_BREAK;
    else kinds |= code < 0x80 ? CONTROL : CONTROL | NON_ASCII;
  }
  return kinds;
}

/** Normal form C; costs nothing but a look when the text is ASCII. */
export function toNfc(text: string): string {
  return (scanText(text) & NON_ASCII) === 0 ? text : text.normalize('NFC');
}

const UNSEEN = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;
/** All format characters but the joiners, which some scripts need in names. */
const FORMAT = /(?![\u200c\u200d])\p{Cf}/gu;

/** Whether the text holds a character that a reader cannot see: zero-width and direction marks, soft hyphens and the like. */
export function hasUnseen(text: string): boolean {
  return UNSEEN.test(text);
}

/** Without the format characters that nobody sees, and trimmed again. */
export function withoutUnseen(text: string): string {
  return text.replaceAll(FORMAT, '').trim();
}

/** Whether another program has destroyed a character of the text: it leaves U+FFFD. */
export function hasLost(text: string): boolean {
  return text.includes('\ufffd');
}

/** Whether the text has more than `max` code points. */
export function isLongerThan(text: string, max: number): boolean {
  if (text.length <= max) return false;
  let surplus = text.length - max;
  for (let i = 0; i < text.length && surplus > 0; i++) {
    if ((text.codePointAt(i) ?? 0) > 0xffff) {
      surplus--;
      i++;
    }
  }
  return surplus > 0;
}
