import * as fc from 'fast-check';
import { atOnce } from '../../support/at-once';
import { createConflictFinder } from '../../../src/domain/file/conflict-finder';
import { fingerprint } from '../../../src/domain/file/fingerprint';
import type { CheckedRecord, FileMark } from '../../../src/domain/record/record';

interface Row {
  readonly id: string;
  readonly email?: string;
  readonly userName?: string;
  /** Everything else of the record. */
  readonly rest?: string;
}

/** The first row is on line 2. */
function find(
  rows: readonly Row[],
  options: Parameters<typeof createConflictFinder>[0] = {},
): { ids: readonly bigint[]; marks: readonly FileMark[] } {
  const finder = createConflictFinder(options);
  rows.forEach((row, at) => finder.add(recordOf(row, at + 2), JSON.stringify(row)));
  const { ids, named, marks } = atOnce(finder.finish());
  return { ids: [...ids], marks: [...marks(new Map(named.map((line) => [line, rows[line - 2]!.id])))] };
}

function recordOf({ id, email, userName }: Row, line: number): CheckedRecord {
  const values = { ...(email === undefined ? {} : { email }), ...(userName === undefined ? {} : { userName }) };
  return { line, uniqueId: id, values, active: null, reasons: [] };
}

/** `line: codes`, or `line: repeats`. */
const brief = (rows: readonly Row[]) =>
  find(rows).marks.map(({ line, repeats, reasons }) => `${line}: ${repeats ? 'repeats' : reasons.map(({ code }) => code).join(' ')}`);

test('says nothing of records that get along', () => {
  expect(brief([{ id: '1', email: 'a@b.ca', userName: 'a' }, { id: '2', email: 'b@b.ca', userName: 'A' }, { id: '01' }])).toEqual([]);
});

describe('ids that differ in zeros only', () => {
  const twins = (ids: readonly string[], mindsZeros = true) =>
    find(
      ids.map((id) => ({ id })),
      { mindsZeros },
    ).marks.map(({ line, repeats, reasons, ifNew }) => [
      line,
      repeats,
      reasons.length,
      /on (lines? .*) differ only/.exec(ifNew?.message ?? '')?.[1],
    ]);

  test('are told apart by the lines of the others, if they would make new users', () => {
    expect(twins(['901', '7', '000901', '901.0', '08', '000901'])).toEqual([
      [2, false, 0, 'lines 4 and 5'],
      [4, false, 0, 'lines 2 and 5'],
      [5, false, 0, 'lines 2 and 4'],
      [7, true, 0, undefined],
    ]);
    expect(twins(['0901.0', '000901'])).toHaveLength(2);
    expect(twins(['0901.0', '0901.0', '901.00', '0902.0'])).toHaveLength(1);
    expect(twins(['0A1', 'A1'])).toEqual([
      [2, false, 0, 'line 3'],
      [3, false, 0, 'line 2'],
    ]);
  });

  test('mind no leaver: that record makes nobody', () => {
    const finder = createConflictFinder({ mindsZeros: true });
    for (const [at, id] of ['0901', '901', '000901'].entries()) {
      finder.add({ ...recordOf({ id }, at + 2), active: id === '901' ? '0' : null }, id);
    }
    const marks = [...atOnce(finder.finish()).marks(new Map())];
    expect(marks.map(({ line, ifNew }) => [line, /on (line \d+) differ/.exec(ifNew?.message ?? '')?.[1]])).toEqual([
      [2, 'line 4'],
      [4, 'line 2'],
    ]);
  });

  test('are two people where the client says so', () => expect(twins(['901', '000901', '901.0'], false)).toEqual([]));

  test.each([
    [['0', '1', '10', '100']],
    [['901', '901.5', '901.00']],
    [['A.0', 'A']],
    [['.0', '0', '00901', '901 ']],
    [['00901', '00902', '90100']],
  ])('not %j', (ids) => expect(twins(ids)).toEqual([]));

  test('are found wherever they stand in a large file', () => {
    const many = Array.from({ length: 40_000 }, (_, n) => `${n + 100_000}`);
    expect(twins(['0139999', ...many])).toEqual([
      [2, false, 0, 'line 40002'],
      [40_002, false, 0, 'line 2'],
    ]);
  });
});

test('keeps the first of identical records; the others repeat it', () => {
  const row = { id: '1', email: 'a@b.ca', userName: 'a' };
  expect(brief([row, { id: '2' }, row, row])).toEqual(['4: repeats', '5: repeats']);
});

test('rejects all records of one unique id that differ, each naming the others', () => {
  const { marks } = find([{ id: '1', rest: 'x' }, { id: '2' }, { id: '1', rest: 'y' }, { id: '1', rest: 'x' }]);
  expect(marks).toEqual(
    [
      [2, 'lines 4 and 5'],
      [4, 'lines 2 and 5'],
      [5, 'lines 2 and 4'],
    ].map(([line, lines]) => ({
      line,
      repeats: false,
      reasons: [
        {
          code: 'DUPLICATE_IN_FILE',
          field: 'uniqueId',
          message: `The same user is also on ${lines} with different values; keep only one of these records.`,
        },
      ],
    })),
  );
});

test('does not name a record that only repeats another one', () => {
  const { marks } = find([
    { id: '1', email: 'a' },
    { id: '1', email: 'a' },
    { id: '2', email: 'a' },
  ]);
  expect(marks[2]?.reasons[0]?.message).toContain('User 1 (line 2) has');
});

test('tells unique ids apart that share one half of their fingerprints', () => {
  expect(fingerprint('37691') & 0xffffffffn).toBe(fingerprint('219980') & 0xffffffffn);
  expect(fingerprint('26624') >> 32n).toBe(fingerprint('46301') >> 32n);
  expect(brief([{ id: '37691' }, { id: '219980' }, { id: '26624' }, { id: '46301' }])).toEqual([]);
});

test('tells unique ids apart by case', () => {
  expect(
    brief([
      { id: 'a', rest: 'x' },
      { id: 'A', rest: 'y' },
    ]),
  ).toEqual([]);
});

test.each<[string, readonly Row[], readonly string[]]>([
  [
    'an e-mail of two people, in whatever case',
    [
      { id: '1', email: 'a@b.ca' },
      { id: '2', email: 'A@B.CA' },
    ],
    ['2: 9019', '3: 9019'],
  ],
  [
    'a user name of two people',
    [
      { id: '1', userName: 'a' },
      { id: '2', userName: 'a' },
      { id: '3', userName: 'A' },
    ],
    ['2: 9020', '3: 9020'],
  ],
  [
    'both',
    [
      { id: '1', email: 'a', userName: 'a' },
      { id: '2', email: 'a' },
      { id: '3', userName: 'a' },
    ],
    ['2: 9019 9020', '3: 9019', '4: 9020'],
  ],
  [
    'records without a unique id: each is a person of its own',
    [
      { id: '', email: 'a' },
      { id: '', email: 'a' },
    ],
    ['2: 9019', '3: 9019'],
  ],
  [
    'a record that repeats another one: they are one person',
    [
      { id: '1', email: 'a' },
      { id: '1', email: 'a' },
    ],
    ['3: repeats'],
  ],
  [
    'a person who is repeated, and another one',
    [
      { id: '1', email: 'a' },
      { id: '1', email: 'a' },
      { id: '2', email: 'a' },
    ],
    ['2: 9019', '3: repeats', '4: 9019'],
  ],
  [
    'records of one person that differ: they share the e-mail by right',
    [
      { id: '1', email: 'a', rest: 'x' },
      { id: '1', email: 'a', rest: 'y' },
    ],
    ['2: DUPLICATE_IN_FILE', '3: DUPLICATE_IN_FILE'],
  ],
  [
    'records of one person that differ, and another person',
    [
      { id: '1', email: 'a', rest: 'x' },
      { id: '1', email: 'a', rest: 'y' },
      { id: '2', email: 'a' },
    ],
    ['2: DUPLICATE_IN_FILE 9019', '3: DUPLICATE_IN_FILE 9019', '4: 9019'],
  ],
])('%s', (_, rows, expected) => expect(brief(rows)).toEqual(expected));

test.each([
  [['1', '2', '3'], 'Users 1 (line 2) and 3 (line 4) have the same'],
  [['1', '2'], 'User 1 (line 2) has the same'],
  [['1', '2', '', ''], 'Users 1 (line 2), one on line 4 and one on line 5 have the same'],
  [['', '2'], 'Another user has the same e-mail address (line 2)'],
])('names the other users of a shared e-mail, and their lines: %j', (ids, said) => {
  const { marks } = find(ids.map((id) => ({ id, email: 'a@b.ca' })));
  expect(marks[1]?.reasons).toMatchObject([{ code: '9019', field: 'email' }]);
  expect(marks[1]?.reasons[0]?.message).toContain(said);
});

test('does not name the user itself, who is there twice', () => {
  const { marks } = find([
    { id: '1', email: 'a', rest: 'x' },
    { id: '1', email: 'a', rest: 'y' },
    { id: '2', email: 'a' },
  ]);
  expect(marks[0]?.reasons[1]?.message).toContain('User 2 (line 4) has');
});

test('an id that could not be accepted is named as one harmless line', () => {
  const finder = createConflictFinder();
  for (const line of [2, 3]) finder.add({ ...recordOf({ id: 'x', email: 'a@b.ca' }, line), uniqueId: `x${line}` }, `${line}`);
  const [mark] = atOnce(finder.finish()).marks(new Map([[3, `a\u0000b${'c'.repeat(90)}`]]));
  expect(mark?.reasons[0]?.message).toMatch(/^User a\ufffdbc{46}… \(line 3\) has/);
});

test('names five users at most, and stays quick when all records share one value', () => {
  const rows = Array.from({ length: 50_000 }, (_, i) => ({ id: `${i}`, email: 'noreply@example.edu' }));
  const { marks } = find(rows);
  expect(marks).toHaveLength(50_000);
  expect(marks[0]?.reasons[0]?.message).toContain('Users 1 (line 3), 2 (line 4), 3 (line 5), 4 (line 6), 5 (line 7) and 49994 more have');
  expect(marks[20_000]?.reasons[0]?.message).toContain(
    'Users 0 (line 2), 1 (line 3), 2 (line 4), 3 (line 5), 4 (line 6) and 49994 more have',
  );
});

test('a claim counts although its cell was rejected', () => {
  const finder = createConflictFinder();
  const bad = { values: {}, active: null, reasons: [], claims: { email: 'not-an-address' } };
  finder.add({ line: 2, uniqueId: '1', ...bad }, 'x');
  finder.add({ line: 3, uniqueId: '2', ...bad }, 'y');
  expect([...atOnce(finder.finish()).marks(new Map())].map(({ line }) => line)).toEqual([2, 3]);
});

test('a record without fields takes no part', () => {
  const finder = createConflictFinder();
  for (const line of [2, 3]) finder.add({ line, uniqueId: '', values: {}, active: null, reasons: [] }, '');
  const { ids, marks } = atOnce(finder.finish());
  expect([ids.length, [...marks(new Map())]]).toEqual([0, []]);
});

test('finishes a large file in steps, so that whoever does it can do other work in between', () => {
  const finder = createConflictFinder();
  for (let n = 0; n < 200_000; n++) finder.add(recordOf({ id: `${n}`, email: `${n}@a.ca`, userName: `${n}` }, n + 2), `${n}`);
  // Ids, e-mails, user names, the list of ids, and the lines to be named: four steps each.
  expect([...finder.finish()]).toHaveLength(20);
});

test('collects the fingerprint of every unique id once, sorted, whatever is wrong with its records', () => {
  const rows = ['3', '1', '2', '1', ''].map((id) => ({ id, email: 'same@for.all' }));
  const expected = ['1', '2', '3'].map(fingerprint).toSorted((a, b) => (a < b ? -1 : 1));
  expect(find(rows).ids).toEqual(expected);
});

test('agrees with comparing every record with every other one, over many blocks of memory', () => {
  const row = fc.record(
    { id: fc.oneof(fc.constant(''), few('', 30)), email: few('e', 40), userName: few('n', 40), rest: few('r', 1) },
    { requiredKeys: ['id'] },
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      expect(brief(rows)).toEqual(bruteForce(rows));
    }),
    { numRuns: 500 },
  );
  const many = Array.from({ length: 70_000 }, (_, i) => ({ id: `${i % 69_990}`, rest: `${i % 4}` }));
  // 69,990 is no multiple of 4 but of 2: the repeated ids differ.
  expect(brief(many)).toHaveLength(20);
});

const few = (prefix: string, count: number) => fc.nat(count).map((n) => `${prefix}${n}`);

function bruteForce(rows: readonly Row[]): string[] {
  const repeats = rows.map((row, i) => {
    const same = rows.filter(({ id }) => id !== '' && id === row.id);
    return (
      rows.findIndex(({ id }) => id === row.id) !== i &&
      same.length > 1 &&
      same.every((other) => JSON.stringify(other) === JSON.stringify(row))
    );
  });
  return rows.flatMap((row, i) => {
    if (repeats[i] === true) return [`${i + 2}: repeats`];
    const others = rows.map((other, j) => ({ other, j })).filter(({ j }) => j !== i && repeats[j] !== true);
    const isOtherPerson = (other: Row) => row.id === '' || other.id !== row.id;
    const shares = (key: 'email' | 'userName') =>
      row[key] !== undefined && others.some(({ other }) => other[key] === row[key] && isOtherPerson(other));
    const codes = [
      ...(row.id !== '' && others.some(({ other }) => other.id === row.id) ? ['DUPLICATE_IN_FILE'] : []),
      ...(shares('email') ? ['9019'] : []),
      ...(shares('userName') ? ['9020'] : []),
    ];
    return codes.length === 0 ? [] : [`${i + 2}: ${codes.join(' ')}`];
  });
}
