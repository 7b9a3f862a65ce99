import { layOutTable, paintNothing } from '../../src/cli/text/lay-out';

const COLUMNS = [{ head: 'LINE' }, { head: 'VALUE', narrow: 'wrap' }] as const;

test.each([
  ['narrow', 'abcdefghijklmnopqrstuvwxyz', 26],
  ['wide', '山田太郎鈴木花子佐藤一郎高橋美咲', 32],
  ['mixed', 'ab山田太郎鈴木花子佐藤一郎高橋美咲', 34],
])('a word of %s characters goes on below, and none of them is lost', (_what, word, width) => {
  for (let columns = 22; columns < width + 10; columns++) {
    const [, ...lines] = layOutTable(COLUMNS, [['7', word]], { width: columns, paint: paintNothing }).split('\n');
    expect(lines.map((line) => line.replace(/^7?\s+/, '')).join('')).toBe(word);
    for (const line of lines) expect(line.replace(/[^\x20-\x7e]/g, '  ').length).toBeLessThanOrEqual(columns);
  }
});

test('a command to type is not broken: it goes below as a whole', () => {
  const cell = 'What happened, and what to type: imports show acme-42';
  const lines = (width: number) =>
    layOutTable(COLUMNS, [['7', cell]], { width, paint: paintNothing })
      .split('\n')
      .slice(1);
  expect(lines(80)).toEqual([`7     ${cell}`]);
  expect(lines(50).at(-1)?.trim()).toBe('imports show acme-42');
  expect(lines(30).at(-1)?.trim()).toBe('imports show acme-42');
});
