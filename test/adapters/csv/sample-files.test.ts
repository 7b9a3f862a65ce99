// The sample files on disk through the adapter: refused for what their name says, or read with the layout it says.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { inspectFile, readAll } from './on-disk';

const samples = path.join(__dirname, '../../samples/opscom');
const names = readdirSync(samples).filter((name) => name.endsWith('.csv'));
const refusals: Readonly<Record<string, { readonly code: string; readonly line?: number }>> = {
  'refused-duplicate-header.csv': { code: 'HEADER_DUPLICATE' },
  'refused-empty.csv': { code: 'FILE_EMPTY' },
  'refused-header-only.csv': { code: 'NO_RECORDS' },
  'refused-missing-required.csv': { code: 'HEADER_MISSING' },
  'refused-not-utf8.csv': { code: 'ENCODING', line: 2 },
  'refused-unclosed-quote.csv': { code: 'QUOTE_UNCLOSED', line: 3 },
  'refused-unknown-header.csv': { code: 'HEADER_UNKNOWN' },
  'refused-workbook.csv': { code: 'NOT_CSV' },
};

test.each(names)('%s', async (name) => {
  const { files, inspection } = await inspectFile(readFileSync(path.join(samples, name)));
  const { verdict } = inspection;
  if (verdict.kind === 'refused') return expect(verdict.refusal).toMatchObject(refusals[name] ?? { code: 'none' });
  expect(refusals[name]).toBeUndefined();
  const rows = await readAll(files, verdict);
  expect(rows).toHaveLength(verdict.records);
  expect(verdict.layout.delimiter).toBe(name.includes('semicolon') ? ';' : name.includes('tabs') ? '\t' : ',');
});
