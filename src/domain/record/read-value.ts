// What the text of a cell stands for, one small function per kind of field. Each returns the value as it is stored, or undefined if the
// text is not valid. They see text that is trimmed, normalised and not blank. They run for every cell.

import { groupNames } from './groups';

/** Two letters A-Z, stored upper-case. */
export function readProvince(text: string): string | undefined {
  if (text.length !== 2 || !isLetter(text.charCodeAt(0)) || !isLetter(text.charCodeAt(1))) return undefined;
  return text.toUpperCase();
}

/** A whole number from 0 to 2^53 - 1 in digits; leading zeros do not matter. */
export function readWholeNumber(text: string): number | undefined {
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** `YYYY-MM-DD`, a day that exists, not after `today`. */
export function readDate(text: string, today: string): string | undefined {
  if (text.length !== 10 || text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return undefined;
  const year = digitsAt(text, 0, 4);
  const month = digitsAt(text, 5, 2);
  const day = digitsAt(text, 8, 2);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined;
  return text > today ? undefined : text;
}

/** `0` or `1`. */
export function readFlag(text: string): '0' | '1' | undefined {
  return text === '0' || text === '1' ? text : undefined;
}

/**
 * One mailbox as RFC 5321 has it, without quoted local parts and address literals: `local@domain.tld`. Letters and digits of any script
 * are allowed on both sides, punctuation only as ASCII has it. The domain needs a dot: an address that ends behind the company's name is
 * a slip. It does not end in a number: that is the address of a machine.
 */
export function readEmail(text: string): string | undefined {
  const at = text.indexOf('@');
  if (at < 1 || at > 64) return undefined;
  return isLocalPart(text, at) && isDomain(text, at + 1) ? text : undefined;
}

/** `"Staff";"Sales"` and `["Staff","Sales"]` would make groups of such names; programs put the others in place of one. */
const NO_GROUP = /^(?:[[{]+["'].*|".*"|#N\/A|null|undefined)$/i;

/** Names separated by `;`, each once, in the order given, none blank. Undefined when there is none or one is none or longer than `max`. */
export function readGroups(text: string, max: number): string | undefined {
  const names = groupNames(text);
  for (const name of names) if ([...name].length > max || NO_GROUP.test(name)) return undefined;
  return names.length === 0 ? undefined : names.join(';');
}

const LETTER_OR_DIGIT = /^[\p{L}\p{M}\p{N}]$/u;
const HYPHEN = 0x2d;
const DOT = 0x2e;

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** NaN if one of the characters is not a digit. */
function digitsAt(text: string, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i++) {
    const code = text.charCodeAt(i);
    if (!isDigit(code)) return NaN;
    value = value * 10 + code - 0x30;
  }
  return value;
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Dot-separated words of letters, digits, the marks that RFC 5321 allows, and letters beyond ASCII. */
function isLocalPart(text: string, end: number): boolean {
  let previous = DOT;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT ? previous === DOT : !(isWordCharacter(code) || isForeignLetter(text, i))) return false;
    previous = code;
  }
  return previous !== DOT;
}

function isDomain(text: string, start: number): boolean {
  let dots = 0;
  let label = start;
  for (let i = start; i <= text.length; i++) {
    const code = i === text.length ? DOT : text.charCodeAt(i);
    if (code === DOT) {
      if (i === label || i - label > 63 || text.charCodeAt(label) === HYPHEN || text.charCodeAt(i - 1) === HYPHEN) return false;
      label = i + 1;
      if (i < text.length) dots++;
    } else if (!(isLetter(code) || isDigit(code) || code === HYPHEN || isForeignLetter(text, i))) return false;
  }
  // No domain ends in a single letter: that is what is left of an address that was cut.
  if (text.charCodeAt(text.length - 2) === DOT) return false;
  return dots > 0 && !(isDigit(text.charCodeAt(text.length - 1)) && /\.\d+$/.test(text));
}

function isWordCharacter(code: number): boolean {
  return isLetter(code) || isDigit(code) || (code < 0x80 && MARKS.has(code));
}

const MARKS = new Set(Array.from("!#$%&'*+-/=?^_`{|}~", (mark) => mark.charCodeAt(0)));

function isForeignLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 0x80) return false;
  // The second half of a pair: the first has been looked at with it.
  if (code >= 0xdc00 && code <= 0xdfff) return at > 0 && text.codePointAt(at - 1)! > 0xffff;
  return LETTER_OR_DIGIT.test(String.fromCodePoint(text.codePointAt(at)!));
}
