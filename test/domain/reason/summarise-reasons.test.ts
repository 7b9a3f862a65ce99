import { reason } from '../../../src/domain/reason/reasons';
import { ReasonTally } from '../../../src/domain/reason/reason-tally';
import { summariseReasons } from '../../../src/domain/reason/summarise-reasons';

test('names the most frequent reason first, equals by code, and only those that occurred, where no more is known', () => {
  const summary = summariseReasons({ reasonCounts: { USER_ARCHIVED: 2, '9033': 7, '9013': 2, '9030': 0 } }, null);
  expect(summary.map(({ code, count }) => [code, count])).toEqual([
    ['9033', 7],
    ['9013', 2],
    ['USER_ARCHIVED', 2],
  ]);
  expect(summary[0]).toMatchObject({
    title: 'Value invalid',
    column: null,
    lines: [],
    advice: expect.stringContaining('Correct the value'),
  });
});

describe('each reason by column', () => {
  const letters = reason('9033', 'province', 'province must be two letters, such as ON.');
  const tally = new ReasonTally();
  tally.add(2, [letters, letters, reason('9033', 'email', 'email is not an e-mail address; correct it.')]);
  tally.add(3, [reason('9019', 'email', 'The user S-1 has this email; change it here.')]);
  for (const line of [4, 5, 6, 7, 8, 9]) tally.add(line, [letters, reason('RECORD_SHAPE', null, `x ${line}`)]);
  tally.add(10, [reason('DUPLICATE_IN_FILE', 'uniqueId', 'The same user is also on line 11.')]);
  const found = { reasonCounts: tally.counts, reasonGroups: tally.groups };
  const groupsIn = (headers: readonly string[] | null) => summariseReasons(found, { headers, ignoredHeaders: [] });

  test('has its records counted once each, its first lines, and what all of them are told', () => {
    expect(groupsIn(['unique_id', ' State ', 'email'])).toMatchObject([
      { code: '9033', count: 7, column: 'State', lines: [2, 4, 5, 6, 7], advice: letters.message },
      { code: 'RECORD_SHAPE', count: 6, column: null, lines: [4, 5, 6, 7, 8] },
      { code: '9033', count: 1, column: 'email', lines: [2], advice: 'email is not an e-mail address; correct it.' },
      { code: '9019', count: 1, column: 'email', lines: [3] },
      { code: 'DUPLICATE_IN_FILE', count: 1, column: null, lines: [10] },
    ]);
  });

  test('tells in general what to do where each sentence is another, or names another user', () => {
    for (const { code, advice } of groupsIn(null)) if (code !== '9033') expect(advice).not.toMatch(/S-1|line 11|x 4/);
  });

  test('has the name that the column would have where the file has none, or is not known', () => {
    expect(groupsIn(null)[0]!.column).toBe('province');
    expect(groupsIn(['unique_id'])[0]!.column).toBe('province');
  });

  test('is none that was skipped, though the other kind of clients calls it so', () => {
    const reasonGroups = [{ code: '9033', field: 'email', count: 1, lines: [2], message: null }] as const;
    const columns = (headers: readonly string[], ignoredHeaders: readonly string[]) =>
      summariseReasons({ reasonCounts: {}, reasonGroups }, { headers, ignoredHeaders }).map(({ column }) => column);
    expect(columns(['\ufeffUnique_ID', 'username', ' Email ', 'Mail'], ['Unique_ID', 'Email'])).toEqual(['Mail']);
    expect(columns(['unique_id', 'username', 'email'], ['unique_id', 'email'])).toEqual(['mail']);
    expect(columns(['username', 'unique_id', 'mail', 'email'], ['username', 'mail'])).toEqual(['email']);
  });
});
