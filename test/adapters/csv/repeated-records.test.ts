// Records of one unique id are identical when the same would be stored of them, however they are written and however far apart they stand.

import * as fc from 'fast-check';
import { atOnce } from '../../support/at-once';
import { checkHeader } from '../../../src/domain/file/check-header';
import { createConflictFinder, recordIdentity } from '../../../src/domain/file/conflict-finder';
import { recordChecker } from '../../../src/domain/record/record-checker';
import { acceptedFile, readAll, settingsOf } from './on-disk';

const HEADERS = ['unique_id', 'login_source', 'first_name', 'email', 'province', 'notes'];
const settings = settingsOf({ unknownColumns: 'ignore' });

async function marksOf(lines: readonly string[]) {
  const { files, verdict } = await acceptedFile(`${HEADERS.join()}\n${lines.join('\n')}\n`, settings);
  return { files, verdict, marks: [...verdict.chunks].flatMap(({ marks }) => marks) };
}

test('another way to write the same value, and what an ignored column holds, do not make another record', async () => {
  const { marks } = await marksOf(['1,OPSCOM,Ann,,ON,a', '2,OPSCOM,Bo,,ON,', '1, opscom ,Ann,,on,b', '2,OPSCOM,Bo,,QC,']);
  expect(marks.map(({ line, repeats, reasons }) => [line, repeats, reasons.map(({ code }) => code)])).toEqual([
    [3, false, ['DUPLICATE_IN_FILE']],
    [4, true, []],
    [5, false, ['DUPLICATE_IN_FILE']],
  ]);
});

test('the same far apart, with many records in between', async () => {
  const others = Array.from({ length: 12_000 }, (_, n) => `${n + 10},OPSCOM,Ann,,,`);
  const { marks } = await marksOf(['1,OPSCOM,Ann,,ON,', ...others, '1,opscom,Ann,,ON,', '2,OPSCOM,Bo,,,', ...others, '2,OPSCOM,Bob,,,']);
  const ends = marks.filter(({ line }) => line === 2 || (line > 12_002 && line < 12_005) || line > 24_004);
  expect(ends.map(({ line, repeats }) => [line, repeats])).toEqual([
    [12_003, true],
    [12_004, false],
    [24_005, false],
  ]);
  expect(marks).toHaveLength(12_000 + 3);
});

test('for any file, as if each record had been compared as it would be stored', async () => {
  const cell = (...texts: string[]) => fc.constantFrom(...texts);
  const row = fc.tuple(
    cell('1', ' 1', '2', '', '="2"', 'unique_id'),
    cell('OPSCOM', 'opscom', 'x', 'login_source'),
    cell('Ann', ' Ann', 'An\u0303a', 'A\u00f1a', '', 'first_name'),
    cell('', 'a@b.ca', 'A@b.ca', 'a', 'email'),
    cell('', 'on', 'ON', 'province'),
    cell('', 'n', 'notes'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (rows) => {
      const { files, verdict, marks } = await marksOf(rows.map((cells) => cells.join()));
      const header = checkHeader(HEADERS, settings);
      if (header.kind === 'refused') throw new Error(header.refusal.message);
      const check = recordChecker({ columns: header.columns, settings, droppedBack: false, delimiter: ',', today: '2026-01-31' });
      const finder = createConflictFinder();
      const ids = new Map<number, string>();
      for (const read of await readAll(files, verdict)) {
        const record = check(read);
        ids.set(record.line, record.uniqueId);
        finder.add(record, recordIdentity(read, header.columns, record));
      }
      expect(marks).toEqual([...atOnce(finder.finish()).marks(ids)]);
    }),
    { numRuns: 300 },
  );
});
