// Every page of help, word for word: what changes is read before it is accepted with
//   UPDATE_HELP=1 npx jest test/cli/help

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { everyHelp } from '../support/every-help';

const kept = path.join(__dirname, 'help.txt');

test('every page of help reads as it was reviewed, and fits a hundred columns', async () => {
  const pages = await everyHelp();
  if (process.env['UPDATE_HELP'] === '1') writeFileSync(kept, pages);
  expect(pages).toBe(readFileSync(kept, 'utf8'));
  expect(pages.split('\n').filter((line) => line.length > 100)).toEqual([]);
});
