// Cells of a file that people open in a spreadsheet, which would run a cell that starts with = + - @ tab or CR as a formula.
// One apostrophe in front makes it text. A cell that already starts with apostrophes before such a character gets one more, so that
// what was added can be told from what was sent: restoreCell(neutraliseCell(x)) is x for every x, and a corrected file that is
// dropped back brings the original values. A phone number such as +1 613 555 0101 survives the round trip, too.

/** The cell with one apostrophe in front when a spreadsheet, or our own `restoreCell`, would take it for something else. */
export function neutraliseCell(text: string): string {
  return startsFormula(text, apostrophes(text)) ? `'${text}` : text;
}

/** The exact inverse of `neutraliseCell`. Only for files that went through it: elsewhere an apostrophe is the client's own. */
export function restoreCell(text: string): string {
  const count = apostrophes(text);
  return count > 0 && startsFormula(text, count) ? text.slice(1) : text;
}

function apostrophes(text: string): number {
  let count = 0;
  while (text.charCodeAt(count) === 0x27) count++;
  return count;
}

function startsFormula(text: string, at: number): boolean {
  switch (text.charCodeAt(at)) {
    case 0x09: // tab
    case 0x0d: // CR
    case 0x2b: // +
    case 0x2d: // -
    case 0x3d: // =
    case 0x40: // @
      return true;
    default:
      return false;
  }
}
