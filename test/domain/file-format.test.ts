// docs/file-format.md is a promise to clients: its table is the field table, and its two files do what it says of them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { writeFailedRecords } from '../../src/adapters/csv/write-table';
import { checkHeader } from '../../src/domain/file/check-header';
import { DEFAULT_SETTINGS } from '../../src/domain/client';
import { atOnce } from '../support/at-once';
import { createConflictFinder, recordIdentity } from '../../src/domain/file/conflict-finder';
import { AGYLIA_FIELDS, FIELDS, REPORT_HEADERS, type Field } from '../../src/domain/record/fields';
import type { FileLayout } from '../../src/domain/import-run';
import { isSome } from '../../src/domain/reason/reasons';
import { recordChecker } from '../../src/domain/record/record-checker';
import type { RejectedRecord } from '../../src/domain/record/record';

const file = path.join(__dirname, '../../docs/file-format.md');
const command = 'WRITE_DOCS=1 npx jest test/domain/file-format.test.ts';
const START = `<!-- columns: written from src/domain/record/fields.ts by ${command} -->\n`;
const END = '<!-- end of columns -->';
const FAILED_START = `<!-- failed: written by ${command} -->\n`;
const FAILED_END = '<!-- end of failed -->';

function row({ headers: [first, ...others], required, rule }: Field): string {
  return `| \`${first}\` | ${others.map((header) => `\`${header}\``).join(', ')} | ${required ? 'required; ' : ''}${say(rule)} |`;
}

function table(): string {
  return ['', '| column | also accepted | value |', '| --- | --- | --- |', ...FIELDS.map(row), '', ''].join('\n');
}

function say(rule: Field['rule']): string {
  switch (rule.kind) {
    case 'text':
      return `text, at most ${rule.max}${rule.multiline === true ? ', may have line breaks' : ''}`;
    case 'email':
      return `e-mail address, at most ${rule.max}; one user each`;
    case 'login-source':
      return `one of your login sources, at most ${rule.max}`;
    case 'province':
      return 'two letters';
    case 'date':
      return '`YYYY-MM-DD`, not in the future';
    case 'whole-number':
      return 'whole number';
    case 'flag':
      return '`0` or `1`';
    case 'groups':
      return `names separated by \`;\`, at most ${rule.max} each`;
  }
}

function page(): { readonly before: string; readonly columns: string; readonly after: string } {
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(START) + START.length;
  const end = text.indexOf(END);
  return { before: text.slice(0, start), columns: text.slice(start, end), after: text.slice(end) };
}

/** The records that fail when one of the page's files is sent, and the file's headers. */
function failuresOf(csv: string): { readonly headers: readonly string[]; readonly failed: readonly RejectedRecord[] } {
  const [headers = [], ...rows]: string[][] = parse(csv, { relax_column_count: true });
  const header = checkHeader(headers, DEFAULT_SETTINGS);
  if (header.kind === 'refused') throw new Error(header.refusal.message);
  const settings = { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'admin@acme.example' };
  const check = recordChecker({ columns: header.columns, settings, droppedBack: false, delimiter: ',', today: '2026-01-31' });
  const records = rows.map((cells, at) => check({ line: at + 2, cells }));
  const finder = createConflictFinder();
  records.forEach((record, at) => finder.add(record, recordIdentity({ line: record.line, cells: rows[at]! }, header.columns, record)));
  const ids = new Map(records.map(({ line, uniqueId }) => [line, uniqueId]));
  const marks = new Map([...atOnce(finder.finish()).marks(ids)].map((mark) => [mark.line, mark.reasons]));
  const failed = records.flatMap(({ line, reasons: own }, at) => {
    const reasons = [...own, ...(marks.get(line) ?? [])];
    return isSome(reasons) ? [{ line, uniqueId: '', cells: rows[at]!, claims: {}, reasons }] : [];
  });
  return { headers, failed };
}

/** The failed-records file as the import writes it. */
async function failedRecordsFile(csv: string): Promise<string> {
  const { headers, failed } = failuresOf(csv);
  const folder = mkdtempSync(path.join(tmpdir(), 'file-format-'));
  const layout: FileLayout = { encoding: 'utf-8', delimiter: ',', headers, ignoredHeaders: [], droppedBack: false };
  await writeFailedRecords(path.join(folder, 'failed.csv'), layout, Readable.from(failed));
  const written = readFileSync(path.join(folder, 'failed.csv'), 'utf8');
  rmSync(folder, { recursive: true });
  return written;
}

const csvBlocks = (text: string): string[] => [...text.matchAll(/```csv\n([^`]+)```/g)].map(([, csv]) => csv!);

test('the table of columns is the field table', () => {
  const { before, columns, after } = page();
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(file, `${before}${table()}${after}`);
  else if (columns !== table()) throw new Error(`The columns of docs/file-format.md are stale. Write them anew: ${command}`);
});

test('names every header that is accepted', () => {
  const text = readFileSync(file, 'utf8');
  const headers = [...FIELDS, ...AGYLIA_FIELDS].flatMap((field) => field.headers);
  for (const header of [...headers, ...REPORT_HEADERS]) expect(text).toContain(`\`${header}\``);
});

test('the good file is good, and the bad file fails as its table says', () => {
  const text = readFileSync(file, 'utf8');
  const [good, bad] = csvBlocks(text);
  const promised = [...text.matchAll(/^\| (\d+) \| ([^|]+) \|/gm)].map(([, line, codes]) => `${line}: ${codes?.trim()}`);
  expect(failuresOf(good!).failed).toEqual([]);
  expect(promised.length).toBeGreaterThan(0);
  expect(failuresOf(bad!).failed.map(({ line, reasons }) => `${line}: ${reasons.map(({ code }) => code).join(', ')}`)).toEqual(promised);
});

test('the failed-records file is the one that comes back for the bad file', async () => {
  const text = readFileSync(file, 'utf8');
  const [, bad] = csvBlocks(text);
  // The byte order mark cannot be seen, and Markdown has line feeds.
  const written = (await failedRecordsFile(bad!)).replace('\ufeff', '').replaceAll('\r\n', '\n');
  const [before, after] = [text.indexOf(FAILED_START) + FAILED_START.length, text.indexOf(FAILED_END)];
  const block = `\n\`\`\`csv\n${written}\`\`\`\n\n`;
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(file, text.slice(0, before) + block + text.slice(after));
  else if (text.slice(before, after) !== block)
    throw new Error(`The failed records of docs/file-format.md are stale. Write them anew: ${command}`);
});
