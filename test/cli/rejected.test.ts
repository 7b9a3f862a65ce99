import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { RejectedRecord } from '../../src/domain/record/record';
import { aRun, aWorld, imports } from './fake-deps';

const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('imports-rejected-'));

const RECORDS: readonly RejectedRecord[] = [
  {
    line: 3,
    uniqueId: '0017',
    reasons: [
      { code: '9033', field: 'email', message: 'email is not an address; write it as name@example.org.' },
      { code: 'DUPLICATE_IN_FILE', field: null, message: 'Lines 3 and 9 have the same unique_id but differ; keep one of them.' },
    ],
    cells: ['0017', 'OPSCOM', 'nobody'],
    claims: {},
  },
  {
    line: 12,
    uniqueId: '',
    reasons: [{ code: '9013', field: 'uniqueId', message: 'unique_id is empty; fill it in.' }],
    cells: ['', 'OPSCOM', ''],
    claims: {},
  },
];
const RUN = aRun('acme-42', { outcome: 'imported-with-failures', counts: { ...aRun('acme-1').counts, rejected: 2 } });
const world = (change = {}) => aWorld({ runs: [RUN], rejected: [...RECORDS], ...change });

test('shows every reason of every record at 80 columns', async () => {
  const { code, out } = await imports(world({ columns: 80 }), 'rejected', 'acme-42');
  expect(code).toBe(0);
  expect(out).toBe(`LINE  UNIQUE ID  REASONS
   3  0017       9033 email: email is not an address; write it as
                 name@example.org.
                 DUPLICATE_IN_FILE: Lines 3 and 9 have the same unique_id but
                 differ; keep one of them.
  12  (none)     9013 unique_id: unique_id is empty; fill it in.
`);
});

test('keeps each reason on one line at 200 columns', async () => {
  const { out } = await imports(world({ columns: 200 }), 'rejected', 'acme-42');
  expect(out.split('\n')).toHaveLength(5);
  expect(out).toContain('                 DUPLICATE_IN_FILE: Lines 3 and 9 have the same unique_id but differ; keep one of them.\n');
});

test('--json has line, unique id and reasons, by line, and no other value of the record', async () => {
  const { out } = await imports(world(), 'rejected', 'acme-42', '--json');
  expect(JSON.parse(out)).toEqual(RECORDS.map(({ line, uniqueId, reasons }) => ({ line, uniqueId, reasons })));
  expect(out).not.toContain('nobody');
});

test('--csv is the failed-records file, byte for byte, and leaves nothing behind', async () => {
  const before = left();
  const { code, out } = await imports(world(), 'rejected', 'acme-42', '--csv');
  expect(code).toBe(0);
  expect(out).toBe(
    '\u{feff}unique_id,login_source,email,error_code,error_field,error_reason,source_line\r\n' +
      '0017,OPSCOM,nobody,9033 | DUPLICATE_IN_FILE,,,3\r\n,OPSCOM,,9013,,,12\r\n',
  );
  expect(left()).toEqual(before);
});

test('shows the first hundred of many and says how to get all', async () => {
  const many = Array.from({ length: 1500 }, (_, i) => ({ ...RECORDS[1]!, line: i + 2, uniqueId: `u${i}` }));
  const { out } = await imports(world({ rejected: many, columns: 80 }), 'rejected', 'acme-42');
  expect(out.split('\n')).toHaveLength(1 + 100 + 4);
  expect(out).toMatch(/\n\nThe first 100 of 1,500\. All of them:\nimports rejected acme-42 --csv > failed\.csv\n$/);
  const json = await imports(world({ rejected: many }), 'rejected', 'acme-42', '--json');
  expect(JSON.parse(json.out)).toHaveLength(1500);
});

test('none is an answer', async () => {
  const good = { runs: [aRun('acme-42')], rejected: [] };
  expect(await imports(world(good), 'rejected', 'acme-42')).toMatchObject({ code: 0, out: 'No record of acme-42 was rejected.\n' });
  expect(await imports(world(good), 'rejected', 'acme-42', '--json')).toMatchObject({ code: 0, out: '[]\n' });
});

test('a refused file has no failed records but a reason', async () => {
  const refused = {
    rejected: [],
    runs: [
      aRun('acme-42', {
        outcome: 'refused',
        layout: null,
        counts: { ...RUN.counts, rejected: 0 },
        refusal: { code: 'FILE_EMPTY', message: 'x' },
      }),
    ],
  };
  expect(await imports(world(refused), 'rejected', 'acme-42')).toMatchObject({
    code: 0,
    out: 'acme-42 was refused as a whole: imports show acme-42\n',
  });
  expect(await imports(world(refused), 'rejected', 'acme-42', '--csv')).toMatchObject({
    code: 1,
    out: '',
    err: 'error: Import acme-42 has no failed records: its file was not read to the end. See: imports show acme-42\n',
  });
});

test('a person who was erased is no reason to speak of several records', async () => {
  const run = { ...RUN, backup: '.bak/users.csv', counts: { ...RUN.counts, rejected: 1 } };
  const { err } = await imports(world({ runs: [run], rejected: [] }), 'rejected', 'acme-42');
  expect(err).toContain('rejected 1 record, but it has expired, or been erased. The client');
});

test('records that have expired are not told apart from none by silence', async () => {
  const run = { ...RUN, backup: '.bak/us\u001bers.csv' };
  for (const form of [[], ['--csv'], ['--json']]) {
    const { code, out, err } = await imports(world({ runs: [run], rejected: [] }), 'rejected', 'acme-42', ...form);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('rejected 2 records, but they have expired');
    expect(err).not.toContain('\u001b');
  }
});

test('--csv and --json exclude each other', async () => {
  const { code, err } = await imports(world(), 'rejected', 'acme-42', '--csv', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(err)).toEqual({ error: { code: 'WRONG_USE', message: 'Give one of --csv and --json, not both' } });
});

test('of an unknown import is not found', async () => {
  expect((await imports(world(), 'rejected', 'acme-9')).code).toBe(1);
});

test('names a field by the header of the file, as the message beside it does; --json by the field', async () => {
  const reason = { code: '9013', field: 'userName', message: 'user_name is empty; fill it in.' } as const;
  const of = (headers: readonly string[]) =>
    world({ runs: [{ ...RUN, layout: { ...RUN.layout!, headers } }], rejected: [{ ...RECORDS[0]!, reasons: [reason] }] });
  expect((await imports(of(['unique_id', ' User_Name ']), 'rejected', 'acme-42')).out).toContain('9013 User_Name: user_name is');
  expect((await imports(of(['unique_id']), 'rejected', 'acme-42')).out).toContain('9013 user_name: user_name is');
  expect((await imports(of(['unique_id']), 'rejected', 'acme-42', '--json')).out).toContain('"field": "userName"');
});
