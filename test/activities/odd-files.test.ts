// Files as offices send them, through the real steps: what becomes of each, what the client is told, and that a correction made as the
// reason says is accepted. The files and what must become of them: test/samples/odd; the runner's words are explained at `Expected`.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'csv-parse/sync';
import type { ClientSettings } from '../../src/domain/client';
import type { ClientId } from '../../src/domain/ids';
import type { Counts, ImportRun } from '../../src/domain/import-run';
import { REPORT_HEADERS } from '../../src/domain/record/fields';
import type { RejectedRecord } from '../../src/domain/record/record';
import { startWorld, type World } from '../support/in-process-import';
import { spreadsheetSaves } from '../support/spreadsheet';

interface Expected {
  readonly title: string;
  readonly settings?: Partial<ClientSettings>;
  /** Name of the upload, where it is not the sample's. */
  readonly as?: string;
  /** Users that are there already, by column. */
  readonly before?: readonly Readonly<Record<string, string>>[];
  readonly outcome: string;
  /** The code, or `*` where only the words count. */
  readonly refusal?: string;
  readonly line?: number;
  readonly counts?: Partial<Counts>;
  /** By line: exactly these codes, so many reasons, some of its codes, or any. */
  readonly rejected?: Readonly<Record<string, readonly string[] | number | { readonly has: readonly string[] } | string>>;
  readonly users?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly absent?: readonly string[];
  /** Cells of the failed-records file, by line and column. */
  readonly cells?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Words of the sentences; a list asks for one of its words. */
  readonly says?: readonly (string | readonly string[])[];
  readonly saysNot?: readonly string[];
  readonly mailSays?: readonly (string | readonly string[])[];
  readonly mailSaysNot?: readonly string[];
  readonly mailSaysOnce?: readonly string[];
  /** Corrections of the failed-records file that came back, one after the other. */
  readonly then?: readonly (Expected & Correction)[];
}

interface Correction {
  readonly lines?: readonly string[];
  readonly correct?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly withoutColumns?: readonly string[];
  readonly spreadsheet?: 'excel' | 'sheets';
  /** As saved; a comma, unless it says otherwise. */
  readonly delimiter?: ',' | ';';
}

const samples = path.join(__dirname, '../samples/odd');
const files = Object.entries(JSON.parse(readFileSync(path.join(samples, 'expected.json'), 'utf8')) as Record<string, Expected>);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test.each(files)('%s: $title', async (name, expected) => {
  const { settings, before, as = name, then = [] } = expected;
  const n = files.findIndex(([file]) => file === name);
  const clientId = await world.addClient(`odd-${n}`, { loginSources: ['OPSCOM', 'SAML'], archiveOnInactive: true, ...settings });
  if (before !== undefined) {
    const encoding = settings?.encoding === 'windows-1252' ? 'latin1' : 'utf8';
    const delimiter = settings?.delimiter === ';' ? ';' : ',';
    await imported(clientId, 'before.csv', Buffer.from(table(before, delimiter), encoding));
  }
  const run = await imported(clientId, as, readFileSync(path.join(samples, name)));
  const failed = await compare(run, expected);
  for (const [at, step] of then.entries()) {
    const again = await imported(clientId, `step-${at}.csv`, Buffer.from(`\ufeff${corrected(failed, step)}`));
    await compare(again, step);
  }
});

async function imported(clientId: ClientId, fileName: string, content: Buffer): Promise<ImportRun> {
  await world.drop(clientId, fileName, content);
  const [run] = await world.importAll(clientId);
  return run!;
}

/** Returns the records of the failed-records file. */
async function compare(run: ImportRun, expected: Expected): Promise<Record<string, string>[]> {
  const rejected: RejectedRecord[] = [];
  for await (const record of world.ports.rejected.all(run.importId)) rejected.push(record);
  expect({ outcome: run.outcome, refusal: run.refusal?.code }).toEqual({
    outcome: expected.outcome,
    refusal: expected.refusal === '*' ? run.refusal?.code : expected.refusal?.split('|').find((code) => code === run.refusal?.code),
  });
  if (expected.line !== undefined) expect(run.refusal?.line).toBe(expected.line);
  expect(run.counts).toMatchObject(expected.counts ?? {});
  expect(rejected.map(({ line }) => String(line))).toEqual(Object.keys(expected.rejected ?? {}));
  for (const { line, reasons } of rejected)
    compareReasons([...new Set(reasons.map(({ code }) => code))], reasons.length, expected.rejected?.[line]);
  await compareUsers(run, expected);

  const failed = rejected.length === 0 ? [] : await failedRecords(run);
  for (const [line, cells] of Object.entries(expected.cells ?? {}))
    expect(failed.find((row) => row['source_line'] === line)).toMatchObject(cells);
  compareWords(
    run.refusal?.message ?? rejected.flatMap(({ reasons }) => reasons.map(({ message }) => message)).join('\n'),
    expected.says,
    expected.saysNot,
  );
  const mails = world.mails.filter(({ text }) => text.includes(run.importId));
  expect(mails).toHaveLength(run.outcome === 'imported' ? 0 : 1);
  const text = (mails[0]?.text ?? '').replaceAll(/\s+/g, ' ');
  compareWords(text, expected.mailSays, expected.mailSaysNot);
  for (const words of expected.mailSaysOnce ?? []) expect(text.split(words)).toHaveLength(2);
  return failed;
}

const byText = (a: string, b: string) => a.localeCompare(b);

function compareReasons(codes: readonly string[], count: number, wanted: NonNullable<Expected['rejected']>[string] | undefined): void {
  if (Array.isArray(wanted)) expect(codes.toSorted(byText)).toEqual(wanted.toSorted(byText));
  else if (typeof wanted === 'number') expect(count).toBe(wanted);
  else if (typeof wanted === 'object') expect(codes).toEqual(expect.arrayContaining([...(wanted as { has: string[] }).has]));
}

async function compareUsers({ clientId }: ImportRun, { users = {}, absent = [] }: Expected): Promise<void> {
  const stored = world.db.collection<{ _id: string }>('users');
  for (const [id, values] of Object.entries(users)) expect(await stored.findOne({ _id: `${clientId}/${id}` })).toMatchObject(values);
  for (const id of absent) expect(await stored.findOne({ _id: `${clientId}/${id}` })).toBeNull();
}

function compareWords(text: string, says: Expected['says'] = [], saysNot: readonly string[] = []): void {
  const holds = (word: string) => text.toLowerCase().includes(word.toLowerCase());
  const lacks = says.filter((words) => ![words].flat().some(holds));
  expect({ text, lacks, holds: saysNot.filter(holds) }).toEqual({ text, lacks: [], holds: [] });
}

async function failedRecords(run: ImportRun): Promise<Record<string, string>[]> {
  const name = run.backup!.slice('.bak/'.length).replace(/\.csv$/i, '.failed.csv');
  const { delimiter } = run.layout!;
  return parse(await world.readBackup(run.clientId, name), { bom: true, columns: true, delimiter });
}

/** The failed-records file as somebody has corrected and saved it. */
function corrected(
  failed: readonly Readonly<Record<string, string>>[],
  { lines, correct = {}, withoutColumns = [], spreadsheet, delimiter = ',' }: Correction,
): string {
  const ours: readonly string[] = REPORT_HEADERS;
  const rows = failed
    .filter((row) => lines?.includes(row['source_line']!) ?? true)
    .map((row) => {
      const saved = Object.entries(row).map(([header, cell]) => [
        header,
        ours.includes(header) ? cell : spreadsheetSaves(cell, spreadsheet),
      ]);
      const cells = Object.entries({ ...Object.fromEntries(saved), ...correct[row['source_line']!] } as Record<string, string>);
      return Object.fromEntries(cells.filter(([header]) => !withoutColumns.includes(header)));
    });
  return table(rows, delimiter);
}

function table(rows: readonly Readonly<Record<string, string>>[], delimiter: string): string {
  const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const quoted = (cell: string) => (/[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  return [headers, ...rows.map((row) => headers.map((header) => row[header] ?? ''))]
    .map((cells) => `${cells.map(quoted).join(delimiter)}\r\n`)
    .join('');
}

describe('a last line without a line break', () => {
  const header = 'unique_id,login_source,street\n';
  const whole = `${header}1,OPSCOM,1 King St\n2,OPSCOM,2 King St\n`;
  const cut = `${header}1,OPSCOM,1 Elm St\n2,OPSCOM,2 El`;
  const codes = async ({ importId }: ImportRun) => {
    const found: string[] = [];
    for await (const { line, reasons } of world.ports.rejected.all(importId))
      found.push(`${line} ${reasons.map(({ code }) => code).join()}`);
    return found;
  };
  const clientWith = async (name: string, ...contents: string[]) => {
    const clientId = await world.addClient(name);
    for (const [at, content] of contents.entries()) await imported(clientId, `${at}.csv`, Buffer.from(content));
    return clientId;
  };

  test('of a client whose last file ended with one is rejected, the rest goes on, and the file becomes the habit', async () => {
    const clientId = await clientWith('cut-habit', whole);
    const run = await imported(clientId, 'cut.csv', Buffer.from(cut));
    expect([await codes(run), run.counts]).toMatchObject([['3 CUT_OFF'], { updated: 1, rejected: 1 }]);
    expect(await codes(await imported(clientId, 'again.csv', Buffer.from(cut)))).toEqual([]);
  });

  test('behind refused files is still judged by the last one that could be read', async () => {
    const clientId = await clientWith('cut-refused', whole, '', 'a,b\n');
    expect(await codes(await imported(clientId, 'cut.csv', Buffer.from(cut)))).toEqual(['3 CUT_OFF']);
  });

  test.each([
    ['of the first file', []],
    ['where the last file had none either', [whole.trimEnd()]],
    ['of a file from another program, with another delimiter', [whole.replaceAll(',', ';')]],
  ])('%s is taken at its word', async (title, before) => {
    const clientId = await clientWith(`cut-${before.length}-${title.length}`, ...before);
    expect(await codes(await imported(clientId, 'cut.csv', Buffer.from(cut)))).toEqual([]);
  });
});
