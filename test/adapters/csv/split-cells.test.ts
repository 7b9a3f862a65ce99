// Our reader of cells and csv-parse agree on whatever our reader is given.

import * as fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { splitCells } from '../../../src/adapters/csv/split-cells';
import { splitRecords } from '../../../src/adapters/csv/split-records';

const RECORD_DELIMITERS = ['\r\n', '\n', '\r'];
const pieces = fc.constantFrom('"', '""', ',', ';', '\t', '\n', '\r', '\r\n', ' ', 'a', 'bc', 'é', '日本', '😀', '\ufeff', '\u2028', '');
const quoted = fc.array(fc.constantFrom('""', ',', ';', '\t', '\n', '\r\n', '\r', 'x', 'é', ' ', '')).map((parts) => `"${parts.join('')}"`);
const soup = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''));
const table = fc
  .array(
    fc.tuple(
      fc.array(fc.oneof(quoted, fc.constantFrom('', 'a', ' b ', 'ü')), { minLength: 1, maxLength: 5 }),
      fc.constantFrom('\n', '\r\n', '\r'),
    ),
    { maxLength: 8 },
  )
  .map((rows) => rows.map(([cells, end]) => cells.join(',') + end).join(''));

/** Runs of whole records as the index finds them: without blank lines, and without those whose quotes are misplaced. */
function runsOf(text: string, delimiter: string) {
  const bytes = Buffer.from(text);
  const { spans } = splitRecords({ bytes, delimiter: delimiter.charCodeAt(0), line: 1, isLast: true });
  const runs: { text: string; count: number }[] = [];
  let end = -1;
  for (const span of spans) {
    if (span.kind !== 'record') continue;
    const own = bytes.toString('utf8', span.start, span.end);
    const last = runs.at(-1);
    if (last !== undefined && end === span.start) {
      last.text += own;
      last.count++;
    } else runs.push({ text: own, count: 1 });
    end = span.end;
  }
  return runs;
}

test.each([
  ['tables', table],
  ['any mixture of quotes, delimiters and line ends', soup],
])('reads %s as csv-parse does', (_, texts) => {
  fc.assert(
    fc.property(texts, fc.constantFrom(',', ';', '\t'), (text, delimiter) => {
      for (const run of runsOf(text, delimiter)) {
        const options = { delimiter, record_delimiter: RECORD_DELIMITERS, relax_column_count: true };
        expect(splitCells(run.text, run.count, delimiter)).toEqual(parse(run.text, options));
      }
    }),
    { numRuns: 3_000 },
  );
});

test('says so when the records are more or fewer than they should be', () => {
  expect(splitCells('a,b\nc\n', 2, ',')).toEqual([['a', 'b'], ['c']]);
  expect(splitCells('a,b\nc\n', 1, ',')).toBeUndefined();
  expect(splitCells('a,b\nc\n', 3, ',')).toBeUndefined();
});
