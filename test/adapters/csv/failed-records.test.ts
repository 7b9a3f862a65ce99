// The failed-records file: what spreadsheets open, what a client corrects, and what comes back when it is dropped into the folder again.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { checkHeader } from '../../../src/domain/file/check-header';
import type { FileLayout } from '../../../src/domain/import-run';
import type { RawRow, RejectedRecord } from '../../../src/domain/record/record';
import { recordChecker } from '../../../src/domain/record/record-checker';
import { reason, type Reasons } from '../../../src/domain/reason/reasons';
import { restoreCell } from '../../../src/domain/report/spreadsheet-cell';
import { cellsBy, spreadsheetSaves } from '../../support/spreadsheet';
import { acceptedFile, csv, readAll, settingsOf, workFiles } from './on-disk';

const layout: FileLayout = {
  encoding: 'utf-8',
  delimiter: ',',
  headers: ['unique_id', 'login_source', ' State ', 'email'],
  ignoredHeaders: [],
  droppedBack: false,
};
const tooLong = reason('9030', 'email', 'email is longer than 100 characters; shorten it.');

function rejected(line: number, cells: readonly string[], reasons: Reasons = [tooLong]): RejectedRecord {
  return { line, uniqueId: cells[0] ?? '', reasons, cells, claims: {} };
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function written(records: readonly RejectedRecord[], change: Partial<FileLayout> = {}): Promise<string> {
  const file = path.join(workFiles('').folder, 'failed.csv');
  await csv.writeFailedRecords(file, { ...layout, ...change }, each(records));
  return readFileSync(file, 'utf8');
}

async function rowsWritten(records: readonly RejectedRecord[], change: Partial<FileLayout> = {}): Promise<string[][]> {
  return parse(await written(records, change), { bom: true, delimiter: change.delimiter ?? ',' });
}

test('holds the headers as sent, the raw cells and our four columns, in UTF-8 with its mark and CRLF', async () => {
  const text = await written([
    rejected(
      3,
      ['1', 'OPSCOM', 'on', ' a, "b"\né '],
      [tooLong, reason('9033', 'province', 'state must be two letters.'), reason('RECORD_SHAPE', null, 'x')],
    ),
    rejected(7, ['2', 'OPSCOM', '', '']),
  ]);
  expect(text).toBe(
    '\ufeffunique_id,login_source, State ,email,error_code,error_field,error_reason,source_line\r\n' +
      '1,OPSCOM,on," a, ""b""\né ",9030 | 9033 | RECORD_SHAPE,email | State | ,' +
      'email is longer than 100 characters; shorten it. | state must be two letters. | x,3\r\n' +
      '2,OPSCOM,,,9030,email,email is longer than 100 characters; shorten it.,7\r\n',
  );
});

test.each(['\n', '\r', '\r\n'])('keeps a line break %j inside a street in its cell', async (lineBreak) => {
  const street = `1 Main St${lineBreak}Rear entrance`;
  expect(await written([rejected(2, ['1', 'OPSCOM', street, ''])])).toContain(`\r\n1,OPSCOM,"${street}",,9030,`);
});

test("uses the file's own delimiter", async () => {
  expect(await written([rejected(2, ['1', 'a;b', 'c,d', ''])], { delimiter: ';' })).toContain('\r\n1;"a;b";c,d;;9030;email;');
});

test('names a field that the file has no column for by the name the column would have', async () => {
  const [, row] = await rowsWritten([rejected(2, ['1', 'O', '', ''], [reason('9017', 'firstName')])]);
  expect(row!.slice(4, 6)).toEqual(['9017', 'first_name']);
});

test('keeps every record, also beyond what is written at once, in order', async () => {
  const records = Array.from({ length: 1_501 }, (_, n) => rejected(n + 2, [String(n), 'O', '', '']));
  const rows = await rowsWritten(records);
  expect(rows.slice(1).map((row) => row[0])).toEqual(records.map(({ cells }) => cells[0]));
});

test.each(['=1+1', '+16135550101', '-5', '@SUM(A1)', '\tx', '\rx'])('a spreadsheet does not run %j', async (cell) => {
  const [, row] = await rowsWritten([rejected(2, ['1', 'O', '', cell])]);
  expect(row![3]).toBe(`'${cell}`);
});

test('a header that a spreadsheet would run is neutralised, too', async () => {
  const [header] = await rowsWritten([], { headers: ['unique_id', 'login_source', '=1+1'] });
  expect(header![2]).toBe("'=1+1");
});

const signs = fc.constantFrom("'", '=', '+', '-', '@', '＝', '＠', '\t', '\r', '\n', ';', ',', '"', ' ', '0', '1', 'E', '/', 'a');
const cellText = fc.oneof(
  fc.string({ unit: signs, maxLength: 10 }),
  fc.constantFrom('000901', '1E5', '2001-02-03', '1234567890123456', '0.10'),
);

test('however a spreadsheet separates a failed-records file, no cell of it begins a formula', async () => {
  const records = fc.array(fc.array(cellText, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(records, fc.constantFrom(',', ';', '\t'), async (all, delimiter) => {
      const text = await written(
        all.map((cells, at) => rejected(at + 2, cells, [reason('9019', 'email', `The user ${cells[0]} has this email.`)])),
        { delimiter, headers: ['unique_id', 'login_source', all[0]![0]!, 'email'] },
      );
      for (const separators of [',', ';', '\t', ',;\t']) {
        for (const cell of cellsBy(separators, text.replace('\ufeff', ''))) {
          // The tabs of blank cells are the file's own.
          expect(delimiter === '\t' ? cell.replace(/^\t+/, '') : cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test.each(['excel', 'sheets'] as const)('opened, saved (%s) and dropped back it means the same people', async (program) => {
  // An apostrophe of the client's own in front of a number is one that such a program takes for its own.
  const ids = fc.stringMatching(/^[0-9]{1,18}$|^[0-9]{1,3}[eE][0-9]{1,3}$|^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[a-z0-9 .@-]{1,12}$/);
  await fc.assert(
    fc.asyncProperty(fc.array(ids, { minLength: 1, maxLength: 6 }), async (all) => {
      const text = await written(all.map((id, at) => rejected(at + 2, [id, 'OPSCOM', 'on', ''])));
      const rows: string[][] = parse(text, { bom: true });
      const saved = rows.map((cells) => cells.map((cell) => spreadsheetSaves(cell, program)));
      expect(saved.slice(1).map(([id]) => restoreCell(id!))).toEqual(all);
    }),
    { numRuns: 300 },
  );
});

describe('a record with the wrong number of cells', () => {
  const back = [...layout.headers, 'error_code', 'error_field', 'error_reason', 'source_line'];
  const cases: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
    ['too few are filled up', layout.headers, ['1', 'O'], ['1', 'O', '', '']],
    ['none are filled up', layout.headers, [], ['', '', '', '']],
    ['surplus ones are kept in the last column', layout.headers, ['1', 'O', 'a', 'b', 'c', 'd'], ['1', 'O', 'a', 'b,c,d']],
    [
      'surplus ones of a corrected file are kept, and our own are not',
      back,
      ['1', 'O', 'a', 'b', 'c', 'X', 'x', 'x', '3'],
      ['1', 'O', 'a', 'b,c'],
    ],
    ['too few ones of a corrected file are filled up without our own', back, ['1', 'O', 'a', 'b', 'X', 'x'], ['1', 'O', 'a', 'b']],
  ];
  test.each(cases)('%s', async (_, headers, cells, expected) => {
    const [, row] = await rowsWritten([rejected(2, cells)], { headers, droppedBack: headers === back });
    expect(row!.slice(0, -4)).toEqual(expected);
    expect(row!.slice(-4)).toEqual(['9030', 'email', tooLong.message, '2']);
  });
});

/** Written, dropped into the folder, inspected and read. */
async function roundTrip(records: readonly RejectedRecord[], of: FileLayout) {
  const sent = workFiles('');
  const file = path.join(sent.folder, 'failed.csv');
  await csv.writeFailedRecords(file, of, each(records));
  const content = readFileSync(file);
  const { files, verdict } = await acceptedFile(content);
  return { content, verdict, rows: await readAll(files, verdict) };
}

describe('a failed-records file that is dropped back', () => {
  const cell = fc.oneof(fc.constantFrom('=a', "'=a", "''+1", '-', '@', '\tx', "'", 'x', '"', ',', ''), fc.string({ maxLength: 8 }));
  const headers = ['unique_id', 'login_source', 'first_name', 'street'];

  test('brings the original values, and going out again it is the same file', async () => {
    const records = fc.array(fc.array(cell, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(records, async (all) => {
        const first = await roundTrip(
          all.map((cells, at) => rejected(at + 2, cells)),
          { ...layout, headers },
        );
        expect(first.verdict.layout).toMatchObject({ droppedBack: true, ignoredHeaders: [] });

        const { columns } = checkHeader(first.verdict.layout.headers, settingsOf()) as Extract<
          ReturnType<typeof checkHeader>,
          { kind: 'accepted' }
        >;
        const plain = checkHeader(headers, settingsOf()) as Extract<ReturnType<typeof checkHeader>, { kind: 'accepted' }>;
        const shared = { settings: settingsOf(), delimiter: ',', today: '2026-01-01' } as const;
        const restored = recordChecker({ ...shared, columns, droppedBack: true });
        const original = recordChecker({ ...shared, columns: plain.columns, droppedBack: false });
        first.rows.forEach((row, at) =>
          expect(restored(row)).toEqual({ ...original({ line: row.line, cells: all[at]! }), line: row.line }),
        );

        const again = await roundTrip(
          first.rows.map((row, at) => rejected(at + 2, row.cells)),
          first.verdict.layout,
        );
        expect(again.content.equals(first.content)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  ['too few cells', ['1', 'OPSCOM']],
  ['too many', ['1', 'OPSCOM', 'Ann', 'Main St 1', 'x', 'y']],
])('a record of %s that comes back as it was sent out is rejected again, and goes out as it came', async (_, cells) => {
  const headers = ['unique_id', 'login_source', 'first_name', 'street'];
  const checkerOf = (names: readonly string[], droppedBack: boolean) => {
    const header = checkHeader(names, settingsOf());
    if (header.kind === 'refused') throw new Error(header.refusal.message);
    return recordChecker({ settings: settingsOf(), delimiter: ',', today: '2026-01-01', columns: header.columns, droppedBack });
  };
  const { reasons } = checkerOf(headers, false)({ line: 2, cells });
  const first = await roundTrip([rejected(2, cells, reasons as Reasons)], { ...layout, headers });
  const [record] = first.rows.map(checkerOf(first.verdict.layout.headers, true));
  expect(record).toMatchObject({ uniqueId: '', values: {}, reasons: [{ code: 'RECORD_SHAPE' }] });
  const [{ cells: sent }] = first.rows as [RawRow];
  const again = await roundTrip([rejected(2, sent, record!.reasons as Reasons)], first.verdict.layout);
  const [second] = again.rows.map(checkerOf(again.verdict.layout.headers, true));
  expect(second!.reasons).toEqual(record!.reasons);
  expect(again.rows[0]!.cells.slice(0, 4)).toEqual(sent.slice(0, 4));
});

test('a file that could not be written to its end is not there, and the former one still is', async () => {
  const { folder } = workFiles('');
  const file = path.join(folder, 'failed.csv');
  async function* broken(): AsyncGenerator<RejectedRecord> {
    yield rejected(2, ['1', 'O', '', '']);
    throw new Error('the database is gone');
  }
  await expect(csv.writeFailedRecords(file, layout, broken())).rejects.toThrow('the database is gone');
  expect(existsSync(file)).toBe(false);

  await csv.writeFailedRecords(file, layout, each([rejected(2, ['1', 'O', '', ''])]));
  const former = readFileSync(file, 'utf8');
  await expect(csv.writeFailedRecords(file, layout, broken())).rejects.toThrow('the database is gone');
  expect(readFileSync(file, 'utf8')).toBe(former);
  await csv.writeFailedRecords(file, layout, each([]));
  expect(readdirSync(folder).sort()).toEqual(['failed.csv', 'source']);
});

test('a folder that is not there fails the writing, not the process', async () => {
  await expect(csv.writeFailedRecords(path.join(workFiles('').folder, 'gone', 'failed.csv'), layout, each([]))).rejects.toMatchObject({
    code: 'ENOENT',
  });
});
