// The name that a file gets in `.bak`: its own, or one that tells when.

import { failedRecordsName, receiptName } from '../../../src/domain/file/folder-files';
import { importIdOf } from '../../../src/domain/ids';
import { at, clientId, importId, openStore } from './on-disk';

const free = async (name: string, taken: readonly string[] = []) => {
  const { store, inBak } = await openStore();
  for (const one of taken) await inBak(one);
  return store.freeBackupName(clientId, name, at);
};

const cases: readonly (readonly [title: string, name: string, taken: readonly string[], expected: string])[] = [
  ['its own while .bak does not exist', 'users.csv', [], 'users.csv'],
  ['its own when others lie there', 'users.csv', ['Users.csv', 'users2.csv'], 'users.csv'],
  ['with the UTC time when it is taken', 'users.csv', ['users.csv'], 'users.20261121T020304Z.csv'],
  ['with a number when that is taken, too', 'users.csv', ['users.csv', 'users.20261121T020304Z.csv'], 'users.20261121T020304Z-2.csv'],
  [
    'with the next number',
    'users.csv',
    ['users.csv', 'users.20261121T020304Z.csv', 'users.20261121T020304Z-2.result.json'],
    'users.20261121T020304Z-3.csv',
  ],
  ['another one when its receipt would take the place of a file', 'users.csv', ['users.result.json'], 'users.20261121T020304Z.csv'],
  ['another one when its failed records would', 'users.csv', ['users.failed.csv'], 'users.20261121T020304Z.csv'],
  ["another one when the client's own name looks like that of failed records", 'users.failed.csv', [], 'users.failed.20261121T020304Z.csv'],
  ['another one when it looks like that of a receipt', 'users.RESULT.json', [], 'users.RESULT.20261121T020304Z.json'],
  ['with its extension kept', 'users.XLSX', ['users.XLSX'], 'users.20261121T020304Z.XLSX'],
  ['without an extension', 'users', ['users'], 'users.20261121T020304Z'],
  ['as odd as it is', `- a "b"'\n\t$(c) é👩‍🚀.csv`, [], `- a "b"'\n\t$(c) é👩‍🚀.csv`],
];

test.each(cases)('%s', async (_, name, taken, expected) => {
  expect(await free(name, taken)).toBe(expected);
});

test.each([
  ['as long as its receipt has room', `${'x'.repeat(243)}.csv`, true],
  ['longer than that', `${'x'.repeat(244)}.csv`, false],
  ['255 bytes long', `${'x'.repeat(251)}.csv`, false],
  ['255 bytes long, of characters of three bytes', `${'€'.repeat(83)}xx.csv`, false],
  ['255 bytes long, without .csv', 'x'.repeat(255), false],
])('a name %s is backed up, once and again', async (_, name, isKept) => {
  const opened = await openStore();
  const taken: string[] = [];
  for (const id of [importId, importIdOf(clientId, 2), importIdOf(clientId, 3)]) {
    await opened.claimed(name, `bytes of ${id}`, id);
    const chosen = await opened.store.freeBackupName(clientId, name, at);
    expect(await opened.store.backUp(clientId, id, chosen, 'receipt')).toBe('done');
    taken.push(chosen);
  }
  expect(taken[0] === name).toBe(isKept);
  expect(new Set(taken).size).toBe(3);
  for (const one of taken) {
    expect(one.slice(0, 60)).toBe(name.slice(0, 60));
    expect(one).not.toContain('\ufffd');
    for (const beside of [receiptName(one), failedRecordsName(one)]) expect(Buffer.byteLength(beside)).toBeLessThanOrEqual(255);
  }
  expect(Object.keys(await opened.backups())).toHaveLength(6);
});
