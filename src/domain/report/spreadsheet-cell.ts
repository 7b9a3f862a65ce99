// Cells of a file that people open in a spreadsheet, which runs what looks like a formula, and rewrites what looks like a number or a
// date: 000901 becomes 901, another person. One apostrophe in front makes such a cell text. What already begins with apostrophes gets one
// more, so that what was added can be told from what was sent: restoreCell(guardCell(x)) is x for every x. And what spreadsheets leave in cells:
// text written as a formula so that its zeros stay, error values, and long numbers in a short form that has lost their digits.
//
// A spreadsheet separates where it likes, at semicolons in half of Europe. So the formula is looked for behind every character that may
// separate cells or lines, and each piece between two of them is treated like a cell.

import type { FieldName } from '../record/fields';

const SEPARATORS = /([,;\t\r\n])/;
/** A quote does not protect: a separator in front of it may begin a quoted cell. */
const FORMULA = /^["'\s]*[=+\-@＝＋－＠]/;

/** The cell as no spreadsheet runs it, however it separates. */
export function neutraliseCell(text: string): string {
  return eachPiece(text, (piece, next) => (isFormula(piece, next) ? `'${piece}` : piece));
}

/** The same, and as no spreadsheet changes it: for files that come back. */
export function guardCell(text: string): string {
  const neutral = neutraliseCell(text);
  return isRewritten(withoutApostrophes(text)) ? `'${neutral}` : neutral;
}

/** The exact inverse of `guardCell`. Only for files that went through it: elsewhere an apostrophe is the client's own. */
export function restoreCell(text: string): string {
  if (!text.includes("'")) return text;
  const rest = text.startsWith("'") ? restorePieces(text.slice(1)) : '';
  return isRewritten(withoutApostrophes(rest)) ? rest : restorePieces(text);
}

function restorePieces(text: string): string {
  return eachPiece(text, (piece, next) => (piece.startsWith("'") && isFormula(piece, next) ? piece.slice(1) : piece));
}

function eachPiece(text: string, change: (piece: string, next: string | undefined) => string): string {
  if (!/["'=+\-@＝＋－＠\t\r]/.test(text)) return text;
  // Pieces at even places, what separates them at odd ones.
  return text
    .split(SEPARATORS)
    .map((part, at, all) => (at % 2 === 0 ? change(part, all[at + 1]) : part))
    .join('');
}

/** A cell that begins with a tab or a CR is taken for a formula, too. */
function isFormula(piece: string, next: string | undefined): boolean {
  return FORMULA.test(piece) || ((next === '\t' || next === '\r') && /^["']*$/.test(piece));
}

function withoutApostrophes(text: string): string {
  return text.replace(/^'+/, '').trim();
}

/** Whole numbers of up to 11 digits are all that a spreadsheet leaves as it is. */
const PLAIN_NUMBER = /^(?:0|[1-9]\d{0,10})$/;
const NUMBER = /^\(?[.,]?\d[\d.,'\s]*(?:e[+-]?\d+)?\)?%?$/i;
const DATE_OR_TIME = /^\d{1,4}(?:[-/.:]\s?\d{1,4}){1,2}(?:[T\s].*)?$/;
const MONTH = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*';
const NAMED_DATE = new RegExp(`^(?:\\d{1,4}[-/.\\s]*)?${MONTH}[-/.,\\s]*\\d{1,4}(?:[-/.,\\s]+\\d{1,4})?$|^\\d{1,4}[-/.\\s]*${MONTH}$`, 'i');
const TRUTH = /^(?:true|false)$/i;

function isRewritten(text: string): boolean {
  if (PLAIN_NUMBER.test(text)) return false;
  return NUMBER.test(text) || DATE_OR_TIME.test(text) || NAMED_DATE.test(text) || TRUTH.test(text);
}

const HASH = 0x23;
const E = 0x45;
const NINE = 0x39;

/** Excel's `="00123"` stands for `00123`; any other formula is text like any other. */
export function withoutTextForm(text: string): string {
  if (text.charCodeAt(0) !== 0x3d || text.charCodeAt(1) !== 0x22) return text;
  const end = text.length - 1;
  return end > 1 && text.indexOf('"', 2) === end ? text.slice(2, end).trim() : text;
}

// As Excel, LibreOffice and Google Sheets write them, in whatever language: #N/A #NV #REF! #¡VALOR! #NAME? #DIV/0! Err:502 ####
const ERROR = /^(?:#N\/[A-Z]|#NV|#GETTING_DATA|#[¡¿]?[\p{L}/0_]+[!?]|#{3,}|Err:\d{3})$/iu;

export function isSpreadsheetError(text: string): boolean {
  const first = text.charCodeAt(0);
  return (first === HASH || first === E) && ERROR.test(text);
}

/** As databases and programs write that there is none. */
const NO_VALUE = /^(?:null|\\N|[(<[]null[)>\]]|undefined|loading\.\.\.)$/i;
/** Looked at in every cell: few begin like one. */
const BEGINNINGS = new Set(Array.from('nNuUlL\\(<[', (first) => first.charCodeAt(0)));

/** There are people called Null. `N/A` says something of whatever may be missing; an id may not. */
export function isNoValue(text: string, field: FieldName): boolean {
  if (!BEGINNINGS.has(text.charCodeAt(0))) return false;
  if (NO_VALUE.test(text)) return field !== 'lastName' || text.toLowerCase() !== 'null';
  return field === 'uniqueId' && text.toLowerCase() === 'n/a';
}

/** `1.23E+05` or `1.23E5`. `12E4` may be an id, and a minus may belong to the value, as in room `3E-12`. */
const SHORT = /^[+-]?\d(?:[\d.,]*E\+|[.,]\d+E)\d+$/i;
/** Also dates as Excel writes them: it makes `12-Mar` of the id `3-12`. */
const CHANGED_ID =
  /^(?:[+-]?\d(?:[\d.,]*[Ee][+-]|[.,]\d+[Ee])\d+|\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-\d{2,4})?|\d{1,2}\/\d{1,2}\/\d{4}|\d{4}-\d\d-\d\d \d\d:\d\d.*)$/;

export function isChangedNumber(text: string, isId: boolean): boolean {
  // Looked at in every cell: few begin with a digit or a sign.
  return text.charCodeAt(0) <= NINE && (isId ? CHANGED_ID : SHORT).test(text);
}
