import { reason } from '../../../src/domain/reason/reasons';
import { ReasonTally } from '../../../src/domain/reason/reason-tally';
import { summariseReasons } from '../../../src/domain/reason/summarise-reasons';

test('names the most frequent reason first, equals by code, and only those that occurred', () => {
  const summary = summariseReasons({ reasonCounts: { USER_ARCHIVED: 2, '9033': 7, '9013': 2, '9030': 0 } }, null);
  expect(summary.map(({ code, count }) => [code, count])).toEqual([
    ['9033', 7],
    ['9013', 2],
    ['USER_ARCHIVED', 2],
  ]);
  expect(summary[0]).toMatchObject({ title: 'Value invalid', columns: [], fix: expect.stringContaining('Correct the value') });
});

describe('the columns of a reason', () => {
  const tally = new ReasonTally();
  tally.add([reason('9030', 'city'), reason('9030', 'street'), reason('9033', 'province')]);
  tally.add([reason('9030', 'street'), reason('DUPLICATE_IN_FILE', 'uniqueId')]);
  tally.add([reason('RECORD_SHAPE', null)]);
  const found = { reasonCounts: tally.counts, reasonFields: tally.fields };
  const columnsOf = (headers: readonly string[] | null) =>
    Object.fromEntries(
      summariseReasons(found, { headers, ignoredHeaders: [] }).map(({ code, count, columns }) => [code, [count, ...columns]]),
    );

  test('are those of the file, the one with most records first; a reason about the whole record names none', () => {
    expect(columnsOf(['unique_id', ' State ', 'Street', 'city'])).toEqual({
      '9030': [2, 'Street', 'city'],
      '9033': [1, 'State'],
      DUPLICATE_IN_FILE: [1],
      RECORD_SHAPE: [1],
    });
  });

  test('have the name that the column would have where the file has none, or is not known', () => {
    expect(columnsOf(null)).toMatchObject({ '9033': [1, 'province'] });
    expect(columnsOf(['unique_id'])).toMatchObject({ '9030': [2, 'street', 'city'] });
  });

  test('are none that were skipped, though the other kind of clients calls them so', () => {
    const mail = { reasonCounts: { '9033': 1 }, reasonFields: { '9033': ['email'] } } as const;
    const columns = (headers: readonly string[], ignoredHeaders: readonly string[]) =>
      summariseReasons(mail, { headers, ignoredHeaders }).flatMap((one) => one.columns);
    expect(columns(['\ufeffUnique_ID', 'username', ' Email ', 'Mail'], ['Unique_ID', 'Email'])).toEqual(['Mail']);
    expect(columns(['unique_id', 'username', 'email'], ['unique_id', 'email'])).toEqual(['mail']);
    expect(columns(['username', 'unique_id', 'mail', 'email'], ['username', 'mail'])).toEqual(['email']);
  });
});
