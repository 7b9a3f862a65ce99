import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { reasonCodesPage } from '../../support/reason-codes-page';
import { REASONS } from '../../../src/domain/reason/reasons';
import { REFUSALS } from '../../../src/domain/reason/refusals';

const file = path.join(__dirname, '../../../docs/reason-codes.md');
const command = 'WRITE_DOCS=1 npx jest test/domain/reason/reason-codes-page.test.ts';

test('docs/reason-codes.md is what the catalogues say', () => {
  if (process.env['WRITE_DOCS'] === '1') writeFileSync(file, reasonCodesPage());
  if (readFileSync(file, 'utf8') !== reasonCodesPage()) throw new Error(`docs/reason-codes.md is stale. Write it anew: ${command}`);
});

test('the page names the command that writes it, and every code', () => {
  expect(reasonCodesPage()).toContain(command);
  for (const code of [...Object.keys(REASONS), ...Object.keys(REFUSALS)]) expect(reasonCodesPage()).toContain(`| \`${code}\` |`);
});

test('no cell of a table breaks it', () => {
  for (const { title, meaning, fix } of [...Object.values(REASONS), ...Object.values(REFUSALS)]) {
    for (const cell of [title, meaning, fix]) expect(cell).toMatch(/^[^|\n]+$/);
  }
});
