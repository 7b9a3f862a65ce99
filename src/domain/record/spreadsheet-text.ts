// What spreadsheets leave in cells: text written as a formula so that its zeros stay, error values, and long numbers in a short form
// that has lost their digits.

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

/**
 * `1.23E+05`: the sign of the exponent tells it from an id such as `12E4`. Elsewhere than in an id, a minus may belong to the value, as in the
 * room `3E-12`.
 */
export function isShortNumber(text: string, isId: boolean): boolean {
  // Looked at in every cell: few begin with a digit or a sign.
  if (text.charCodeAt(0) > NINE || !(text.includes('+') || (isId && text.includes('-')))) return false;
  return /^[+-]?\d[\d.,]*E[+-]\d+$/i.test(text);
}
