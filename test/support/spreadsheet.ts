// What spreadsheets do to a CSV file that is opened and saved, cell by cell, and how they cut it into cells.

/** `excel` saves numbers and dates as it displays them; `sheets` takes a leading apostrophe off. */
export function spreadsheetSaves(cell: string, program: 'excel' | 'sheets' | undefined): string {
  if (program === 'sheets') return cell.replace(/^'/, '');
  return program === 'excel' ? asExcelSaves(cell) : cell;
}

function asExcelSaves(cell: string): string {
  const date = /^(\d{4})-(\d\d)-(\d\d)$/.exec(cell);
  if (date !== null) return `${Number(date[2])}/${Number(date[3])}/${date[1]}`;
  if (!/^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(cell)) return cell;
  const n = Number(cell);
  if (Math.abs(n) < 1e11) return String(n);
  const [digits, exponent = '+0'] = n.toExponential(5).split('e');
  return `${Number(digits)}E${exponent[0]}${exponent.slice(1).padStart(2, '0')}`;
}

/** Every cell of the text when each of `separators` separates: one that begins with a quote runs to the closing one. */
export function cellsBy(separators: string, text: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let state: 'start' | 'quoted' | 'open' = 'start';
  for (let at = 0; at <= text.length; at++) {
    const character = text[at];
    if (state === 'quoted' && character !== undefined) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else state = 'open';
    } else if (character === undefined || character === '\n' || separators.includes(character)) {
      cells.push(cell.replace(/\r$/, ''));
      cell = '';
      state = 'start';
    } else if (state === 'start' && character === '"') state = 'quoted';
    else {
      cell += character;
      state = 'open';
    }
  }
  return cells;
}
