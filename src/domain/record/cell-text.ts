// Text of one cell before it means anything: what kinds of characters it holds, and its normal form (trimmed, NFC).
// Runs for every cell of every file, so it looks at character codes once and leaves plain ASCII alone.

export const NON_ASCII = 1;
export const LINE_BREAK = 2;
/** A control character (C0, DEL, C1) other than a line break. */
export const CONTROL = 4;
/** A sign that a program may have left in place of a character. */
export const SIGN = 8;

const KINDS = Uint8Array.from({ length: 0xa0 }, (_, code) => {
  if (code === 0x0a || code === 0x0d) return LINE_BREAK;
  if (code < 0x20 || code === 0x7f) return CONTROL;
  if (code > 0x7f) return CONTROL | NON_ASCII;
  return '&%\\=<?_'.includes(String.fromCharCode(code)) ? SIGN : 0;
});

/** The kinds of characters in the text, as a sum of the constants above; 0 = plain ASCII only. */
export function scanText(text: string): number {
  let kinds = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    kinds |= code < 0xa0 ? KINDS[code]! : NON_ASCII;
  }
  return kinds;
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** Normal form C; costs only a look when the text is ASCII. */
export function toNfc(text: string): string {
  return isAscii(text) ? text : text.normalize('NFC');
}

// Also what no font has a picture for, the blank of Braille, and the spaces that look like the plain one but are not.
const UNSEEN =
  /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Co}\p{Noncharacter_Code_Point}\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\ufffc]/u;
/** All format characters but the joiners, which some scripts need in names. */
const FORMAT = /(?![\u200c\u200d])\p{Cf}/gu;

/** Whether the text holds a character that a reader cannot see, such as a direction mark or a soft hyphen, or cannot tell from a space. */
export function hasUnseen(text: string): boolean {
  return UNSEEN.test(text);
}

/** Without the format characters that nobody sees, and trimmed again. Separators of lines, and spaces that look plain, become plain ones. */
export function withoutUnseen(text: string): string {
  return text
    .replaceAll(/[\u00a0\u2000-\u200a\u2028\u2029\u202f\u205f]/g, ' ')
    .replaceAll(FORMAT, '')
    .trim();
}

/** Whether another program has destroyed a character of the text: it leaves U+FFFD. */
export function hasLost(text: string): boolean {
  return text.includes('\ufffd');
}

/**
 * What is left of é, ’, š and their like after UTF-8 was read as windows-1252 or Latin-1. Not the pairs that a language may have: a closing
 * quote or a space behind Ã, ª and º behind a letter of Eastern Europe.
 */
const GARBLED =
  /[ÂÃ][\u0080-\u009f\u00a1-\u00bf]|Â\u00a0|Ã[ƒ€‚„…†‡ˆ‰‹Œ‘“•–—˜™›œŸŠŽšž]|[ÄÅÐ][\u00a1-\u00a9\u00ab-\u00b9\u00bb-\u00bf]|â€|ï»¿|ï¿½/;

/** Whether another program has read the text in the wrong encoding: JosÃ© for José. */
export function isGarbled(text: string): boolean {
  return GARBLED.test(text);
}

/** As HTML, JSON, web addresses, e-mails and scripts write text. `Arts&Crafts;` is a name, and `CORP\u00123` a login. */
const CODE =
  /<(?:\/[a-z]+>|br\b|!\[)|&(?:#x?[\da-f]+|amp|lt|gt|quot|apos|nbsp|shy|szlig|[lr][ds]quo|[mn]dash|[a-z]{1,2}(?:acute|grave|circ|uml|tilde|cedil|ring|caron|slash|lig));|\\(?:['"]|$|u00[c-f][\da-f])|%(?:0[ad]|2[067])|[%=]C3[%=][89AB][\da-f]|=\?[\w-]+\?[bq]\?/i;

/** A control character as a workbook writes it. */
const WORKBOOK_CONTROL = /_x00[01][\dA-F]_/;

/** Whether another program has left its code in the text: `Ren&eacute;e` for Renée. */
export function isCode(text: string): boolean {
  return CODE.test(text) || WORKBOOK_CONTROL.test(text);
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
