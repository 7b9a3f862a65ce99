// The table "Marks" of docs/architecture.md against the database models and the code: every mark is in it, and in the files it names.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import mongoose from 'mongoose';
import { createModels } from '../../src/adapters/mongo/models';
import { ALL_FIELDS } from '../../src/domain/client/profiles';

const root = path.join(__dirname, '../..');
const page = readFileSync(path.join(root, 'docs/architecture.md'), 'utf8');
const table = page.slice(page.indexOf('## Marks'), page.indexOf('## Invariants'));

const codes = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

const rows = table
  .split('\n')
  .filter((line) => /^\| (users|permits|imports) /.test(line))
  .map((line) => {
    const [mark = '', ...columns] = line.slice(2, -2).split(' | ');
    const files = columns.flatMap(codes).filter((name) => name.endsWith('.ts'));
    return { collection: mark.split(' ')[0]!, marks: codes(mark), files };
  });

test('names every field that a user, a permit or an import carries beside its values', () => {
  const connection = mongoose.createConnection();
  const models = createModels(connection);
  const values = new Set<string>(['_id', 'clientId', ...ALL_FIELDS.map(({ name }) => name)]);
  for (const collection of ['users', 'permits', 'imports'] as const) {
    const carried = Object.keys(models[collection].schema.paths).filter((name) => collection === 'imports' || !values.has(name));
    const named = rows.filter((row) => row.collection === collection).flatMap(({ marks }) => marks);
    expect(named.sort()).toEqual(carried.filter((name) => name !== '_id' && name !== 'clientId').sort());
  }
});

test.each(rows.flatMap(({ collection, marks, files }) => files.map((file) => [`${collection} ${marks.join(', ')}`, file, marks] as const)))(
  '%s is in %s',
  (_row, file, marks) => {
    const found = [file, `src/adapters/mongo/${file}`].map((name) => path.join(root, name)).find((name) => existsSync(name));
    const text = found === undefined ? `no such file: ${file}` : readFileSync(found, 'utf8');
    expect(
      marks.some((mark) => new RegExp(`\\b${mark}\\b`).test(text)) ? '' : `${file} holds none of ${marks.join(', ')}: ${text.slice(0, 40)}`,
    ).toBe('');
  },
);
