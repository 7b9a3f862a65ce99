import { summariseReasons } from '../../src/domain/summarise-reasons';

test('names the most frequent reason first, equals by code, and only those that occurred', () => {
  const summary = summariseReasons({ USER_ARCHIVED: 2, '9033': 7, '9013': 2, '9030': 0 });
  expect(summary.map(({ code, count }) => [code, count])).toEqual([
    ['9033', 7],
    ['9013', 2],
    ['USER_ARCHIVED', 2],
  ]);
  expect(summary[0]).toMatchObject({ title: 'Value invalid', fix: expect.stringContaining('Correct the value') });
});
