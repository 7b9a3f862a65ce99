// Cells of a file that people open in a spreadsheet, which runs what looks like a formula, and rewrites what looks like a number or a
// date: 000901 becomes 901, another person. One apostrophe in front makes such a cell text. What already begins with apostrophes gets one
// more, so that what was added can be told from what was sent: restoreCell(guardCell(x)) is x for every x.
//
// A spreadsheet separates where it likes, at semicolons in half of Europe. So the formula is looked for behind every character that may
// separate cells or lines, and each piece between two of them is treated like a cell.

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
