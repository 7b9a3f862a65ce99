// The index of chunks: read one by one, they are the file, whatever it is made of and wherever blocks and chunks are cut.

import * as fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { FIELDS } from '../../../src/domain/record/fields';
import { fingerprint } from '../../../src/domain/file/fingerprint';
import { acceptedFile, csv, HEADER, readAll, rowsOf, settingsOf, workFiles } from './on-disk';

const manyRecords = (count: number) => Array.from({ length: count }, (_, n) => `${n},OPSCOM,First ${n}\n`).join('');

test('chunks hold 5,000 records, follow each other without a gap and start on their own line', async () => {
  const text = `${HEADER}\n${manyRecords(12_345)}`;
  const { verdict } = await acceptedFile(text);
  expect(verdict.records).toBe(12_345);
  const chunks = [...verdict.chunks];
  expect(chunks.map(({ n, firstLine, records }) => [n, firstLine, records])).toEqual([
    [0, 2, 5_000],
    [1, 5_002, 5_000],
    [2, 10_002, 2_345],
  ]);
  expect(chunks.map(({ start }) => start)).toEqual([HEADER.length + 1, ...chunks.slice(0, -1).map(({ end }) => end)]);
  expect(chunks.at(-1)!.end).toBe(text.length);
});

test('a chunk of long records ends before it is over 4 MiB', async () => {
  const long = Array.from({ length: 14 }, (_, n) => `${n},OPSCOM,"${'x'.repeat(900 * 1024)}"\n`).join('');
  const { files, verdict } = await acceptedFile(`${HEADER}\n${long}`);
  expect([...verdict.chunks].map(({ records }) => records)).toEqual([4, 4, 4, 2]);
  expect((await readAll(files, verdict)).map(({ cells }) => cells[0])).toEqual(Array.from({ length: 14 }, (_, n) => String(n)));
});

test('a file of the shortest records there are is read, too', async () => {
  // More records in one block than a call may have arguments.
  const { verdict } = await acceptedFile(`unique_id,login_source\n${'a\n'.repeat(400_000)}`);
  expect(verdict.records).toBe(400_000);
});

test('offsets count from the start of the file where it is read in place, behind its byte order mark', async () => {
  const text = `\ufeff${HEADER}\n1,O,é\n`;
  const { files, verdict } = await acceptedFile(text);
  const [chunk] = verdict.chunks;
  expect(readFileSync(files.sourcePath).subarray(chunk!.start, chunk!.end).toString()).toBe('1,O,é\n');
});

test('each chunk carries the marks of its own lines', async () => {
  const text = `${HEADER},email\n${Array.from({ length: 10_001 }, (_, n) => `${n},O,a,\n`).join('')}`.replace('\n10000,O,a,', '\n0,O,b,');
  const { verdict } = await acceptedFile(`${text}7,O,a,\n`);
  const marks = [...verdict.chunks].map((chunk) =>
    chunk.marks.map(({ line, repeats, reasons }) => [line, repeats, reasons.map(({ code }) => code)]),
  );
  expect(marks).toEqual([
    [[2, false, ['DUPLICATE_IN_FILE']]],
    [],
    [
      [10_002, false, ['DUPLICATE_IN_FILE']],
      [10_003, true, []],
    ],
  ]);
});

test('leaves the fingerprints of the unique ids behind, sorted, each once', async () => {
  const { files } = await acceptedFile(`${HEADER}\n3,O,a\n1,O,a\n3,O,a\n 2 ,O,a\n,O,a\n`);
  const bytes = new Uint8Array(readFileSync(files.idsPath));
  const expected = ['1', '2', '3'].map((id) => fingerprint(id)).sort((a, b) => (a < b ? -1 : 1));
  expect([...new BigUint64Array(bytes.buffer)]).toEqual(expected);
});

test('tells how far it is, to the last byte', async () => {
  const text = `${HEADER}\n${manyRecords(60_000)}`;
  const seen: number[] = [];
  await csv.inspect(workFiles(text), settingsOf(), (bytes) => seen.push(bytes));
  expect(seen.length).toBeGreaterThan(2);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen.at(-1)).toBe(text.length);
});

test('a chunk of a file that changed since it was inspected is not read as something else', async () => {
  const { files, verdict } = await acceptedFile(`${HEADER}\n${manyRecords(10)}`);
  const changed = workFiles(`${HEADER}\n${manyRecords(9)}${' '.repeat(200)}`);
  await expect(readAll({ ...files, sourcePath: changed.sourcePath }, verdict)).rejects.toMatchObject({ code: 'INVARIANT' });
  const shorter = workFiles(`${HEADER}\n${manyRecords(9)}`);
  await expect(readAll({ ...files, sourcePath: shorter.sourcePath }, verdict)).rejects.toMatchObject({ code: 'INVARIANT' });
});

test('a chunk of a file that is gone says so', async () => {
  const { files, verdict } = await acceptedFile(`${HEADER}\n${manyRecords(10)}`);
  await expect(readAll({ ...files, sourcePath: `${files.sourcePath}-gone` }, verdict)).rejects.toMatchObject({ code: 'FILE_VANISHED' });
});

/** What is no quote, delimiter, blank or line end. */
const letters = (text: string) => text.replaceAll(/[^abé]/g, '');

const isBlank = (cells: readonly string[]) => cells.every((cell) => cell.trim() === '');

describe('for any file', () => {
  const delimiters = [',', ';', '\t'] as const;
  const text = fc.stringMatching(/^[a-z éß€😀'.]{0,12}$/u);
  const awkward = fc.stringMatching(/^[a-z,;\t"\r\n é]{1,12}$/u);
  const cell = fc.oneof(
    { weight: 4, arbitrary: text.map((value) => ({ value, quoted: false })) },
    awkward.map((value) => ({ value, quoted: true })),
  );
  const record = fc.array(cell, { minLength: 2, maxLength: 5 });
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
  const file = fc.record({
    delimiter: fc.constantFrom(...delimiters),
    mark: fc.constantFrom('', '\ufeff'),
    encoding: fc.constantFrom('utf8' as const, 'utf16le' as const),
    records: fc.array(fc.tuple(record, lineEnd, fc.constantFrom(0, 0, 0, 1, 2)), { minLength: 1, maxLength: 30 }),
    filling: fc.integer({ min: 0, max: 3 }),
    isEnded: fc.boolean(),
  });

  test('the rows of all chunks are those of a straight parse, each on the line where it starts', async () => {
    await fc.assert(
      fc.asyncProperty(file, async ({ delimiter, mark, encoding, records, filling, isEnded }) => {
        // Wider than any line of a value: else the value would have swallowed a record.
        const header = FIELDS.slice(0, 14)
          .map(({ headers: [first] }) => first)
          .join(delimiter);
        // Lies across the edge of a block, at a position that varies with what comes before.
        const long = `9${delimiter}O${delimiter}${'y'.repeat(filling * 100_000)}\n`;
        let body = '';
        const written: { readonly line: number; readonly cells: string[] }[] = [];
        let line = 3;
        for (const [cells, end, blankLines] of records) {
          const raw = cells.map(({ value, quoted }) => (quoted ? `"${value.replaceAll('"', '""')}"` : value)).join(delimiter) + end;
          if (!isBlank(cells.map(({ value }) => value))) written.push({ line, cells: cells.map(({ value }) => value) });
          body += raw + end.repeat(blankLines);
          line += raw.split(/\r\n|\n|\r/).length - 1 + blankLines;
        }
        const whole = `${header}\n${long}${body}`;
        const content = isEnded ? whole : whole.replace(/[\r\n]+$/, '');
        const rows = await rowsOf(Buffer.from(mark + content, encoding), {
          delimiter,
          encoding: encoding === 'utf8' ? 'utf-8' : 'utf-16le',
        });

        expect(rows.slice(1)).toEqual(written);
        const straight = parse(content, {
          delimiter,
          record_delimiter: ['\r\n', '\n', '\r'],
          relax_column_count: true,
          skip_empty_lines: true,
        });
        expect(rows.map(({ cells }) => cells)).toEqual(straight.slice(1).filter((cells: string[]) => !isBlank(cells)));
      }),
      { numRuns: 80 },
    );
  });

  test('text that follows no rule is refused or read to its end, and never throws or loses a line with text', async () => {
    const wild = fc.stringMatching(/^[ab,"\r\n é]{0,60}$/u);
    await fc.assert(
      fc.asyncProperty(wild, fc.integer({ min: 262_100, max: 262_140 }), async (body, filling) => {
        const files = workFiles(`${HEADER}\n1,O,${'y'.repeat(filling)}\n${body}`);
        const { verdict } = await csv.inspect(files, settingsOf(), () => {});
        if (verdict.kind === 'refused') return expect(verdict.refusal.code).toBe('QUOTE_UNCLOSED');
        const rows = await readAll(files, verdict);
        expect(rows).toHaveLength(verdict.records);
        // Every character that is no quote, delimiter or line end comes out of some cell.
        expect(
          letters(
            rows
              .slice(1)
              .flatMap(({ cells }) => cells)
              .join(''),
          ),
        ).toBe(letters(body));
        // The same record reads the same wherever it lies.
        const near = await rowsOf(`${HEADER}\n1,O,y\n${body}`);
        expect(rows.slice(1)).toEqual(near.slice(1));
      }),
      { numRuns: 80, examples: [['""é', 262_100]] },
    );
  });
});

test('while the records of a large file are compared, it is known to go on, and other work of the process is done', async () => {
  const content = `${HEADER}\n${manyRecords(200_000)}`;
  const over = new AbortController();
  let turns = 0;
  const otherWork = (async () => {
    for (; !over.signal.aborted; turns++) await setImmediate();
  })();
  const turnsBehindTheEnd = new Set<number>();
  await csv.inspect(workFiles(content), settingsOf(), (bytes) => {
    if (bytes === content.length) turnsBehindTheEnd.add(turns);
  });
  over.abort();
  await otherWork;
  expect(turnsBehindTheEnd.size).toBeGreaterThan(10);
});
