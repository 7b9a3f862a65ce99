// Files on disk for the tests of the CSV adapter: what a worker finds in `work/<importId>/`, inspected and read through the real thing.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createCsvFiles } from '../../../src/adapters/csv/csv-files';
import { DEFAULT_SETTINGS, type ClientSettings } from '../../../src/domain/client';
import type { RawRow } from '../../../src/domain/record/record';
import type { Refusal } from '../../../src/domain/reason/refusals';
import type { Inspection } from '../../../src/domain/file/inspection';

export const csv = createCsvFiles();

const root = mkdtempSync(path.join(tmpdir(), 'csv-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

export const HEADER = 'unique_id,login_source,first_name';

export function settingsOf(change: Partial<ClientSettings> = {}): ClientSettings {
  return { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'admin@acme.example', ...change };
}

export function workFiles(content: string | Buffer, fileName = 'users.csv') {
  const folder = mkdtempSync(path.join(root, 'work-'));
  const at = (name: string) => path.join(folder, name);
  writeFileSync(at('source'), content);
  return { folder, sourcePath: at('source'), textPath: at('text'), idsPath: at('ids'), fileName };
}

export async function inspectFile(content: string | Buffer, change: Partial<ClientSettings> = {}, fileName?: string) {
  const files = workFiles(content, fileName);
  return { files, inspection: await csv.inspect(files, settingsOf(change), () => {}) };
}

export async function refusalOf(content: string | Buffer, change: Partial<ClientSettings> = {}, fileName?: string): Promise<Refusal> {
  const { verdict } = (await inspectFile(content, change, fileName)).inspection;
  if (verdict.kind !== 'refused') throw new Error(`accepted with ${verdict.records} records`);
  return verdict.refusal;
}

export type Accepted = Extract<Inspection['verdict'], { kind: 'accepted' }>;

export async function acceptedFile(content: string | Buffer, change: Partial<ClientSettings> = {}) {
  const { files, inspection } = await inspectFile(content, change);
  const { verdict } = inspection;
  if (verdict.kind !== 'accepted') throw new Error(`refused: ${verdict.refusal.code} ${verdict.refusal.message}`);
  return { files, verdict };
}

/** All rows of all chunks, in order. */
export async function rowsOf(content: string | Buffer, change: Partial<ClientSettings> = {}): Promise<RawRow[]> {
  const { files, verdict } = await acceptedFile(content, change);
  return readAll(files, verdict);
}

export async function readAll(files: { readonly sourcePath: string; readonly textPath: string }, verdict: Accepted): Promise<RawRow[]> {
  const rows: RawRow[] = [];
  for (const chunk of verdict.chunks) for (const row of await csv.readChunk(files, verdict.layout, chunk)) rows.push(row);
  return rows;
}
