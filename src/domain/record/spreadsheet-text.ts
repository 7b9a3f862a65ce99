// What spreadsheets leave in cells: text written as a formula so that its zeros stay, error values, and long numbers in a short form
// that has lost their digits.

/** Excel's `="00123"` stands for `00123`; any other formula is text like any other. */
export function withoutTextForm(text: string): string {
  if (text.charCodeAt(0) !== 0x3d || text.charCodeAt(1) !== 0x22) return text;
  const end = text.length - 1;
  return end > 1 && text.indexOf('"', 2) === end ? text.slice(2, end).trim() : text;
}

// As Excel, LibreOffice and Google Sheets write them in English, German, French and Spanish.
const ERRORS = new Set(
  (
    '#N/A #REF! #VALUE! #DIV/0! #NAME? #NUM! #NULL! #SPILL! #CALC! #FIELD! #BLOCKED! #CONNECT! #BUSY! #ERROR! #GETTING_DATA ' +
    '#NV #BEZUG! #WERT! #ZAHL! #N/D #VALEUR! #NOM? #NOMBRE! #NOMBRE? #¡REF! #¡VALOR! #¡DIV/0! #¿NOMBRE? #¡NUM!'
  ).split(' '),
);

export function isSpreadsheetError(text: string): boolean {
  return text.charCodeAt(0) === 0x23 && (ERRORS.has(text.toUpperCase()) || /^#{3,}$/.test(text));
}

/** `1.23E+05`: the sign of the exponent tells it from an id such as `12E4`. */
export function isShortNumber(text: string): boolean {
  return (text.includes('+') || text.includes('-')) && /^[+-]?\d[\d.,]*E[+-]\d+$/i.test(text);
}
