import { aRun, aWorld, imports } from './fake-deps';

const runs = [
  aRun('acme-5', { state: 'failed', outcome: null, failure: 'the disk was full' }),
  aRun('acme-4', { state: 'held', outcome: null, finishedAt: null }),
  aRun('acme-3', { outcome: 'imported-with-failures', report: 'failed' }),
  aRun('acme-2', { state: 'undone' }),
  aRun('acme-1'),
];
const GREEN = '\u{1b}[32m';
const YELLOW = '\u{1b}[33m';
const RED = '\u{1b}[31m';
const END = '\u{1b}[39m';

test('a terminal with colours shows how each import ended, in the same places as without', async () => {
  const plain = await imports(aWorld({ runs, columns: 120 }), 'list');
  const { out } = await imports(aWorld({ runs, columns: 120, hasColours: true }), 'list');
  for (const painted of [
    `${RED}failed${END}`,
    `${YELLOW}held${END}`,
    `${YELLOW}imported-with-failures${END}`,
    `${GREEN}imported${END}`,
    `${RED}failed${END}\n`,
  ])
    expect(out).toContain(painted);
  expect([GREEN, YELLOW, RED, END].reduce((text, painted) => text.replaceAll(painted, ''), out)).toBe(plain.out);
  expect((await imports(aWorld({ runs, hasColours: true }), 'show', 'acme-1')).out).toContain(
    `State     ${GREEN}finished: imported${END}\n`,
  );
});

test('the doctor paints its marks', async () => {
  const checks = [
    { name: 'MongoDB', run: async () => ({ ok: true, detail: 'version 7' }) },
    { name: 'Worker', run: async () => ({ ok: false, detail: 'none', todo: 'Start one' }) },
  ];
  const { out } = await imports(aWorld({ checks, hasColours: true }), 'doctor');
  expect(out).toContain(`${GREEN}ok${END}    MongoDB`);
  expect(out).toContain(`${RED}FAIL${END}  Worker`);
});

test.each([
  ['a pipe', {}, []],
  ['a terminal for which somebody asked for none', { hasColours: true }, ['--color=never']],
  ['JSON', { hasColours: true }, ['--json', '--color=always']],
])('%s gets plain text', async (_who, world, options) => {
  for (const command of [['list'], ['show', 'acme-5'], ['doctor']])
    expect((await imports(aWorld({ runs, ...world }), ...command, ...options)).out).not.toContain('\u{1b}');
});

test('a pipe gets colours when asked for', async () => {
  expect((await imports(aWorld({ runs }), 'list', '--color', 'always')).out).toContain(`${GREEN}imported${END}`);
});

test('what a client sent never steers the terminal, coloured or not', async () => {
  const fileName = `${RED}red${END}\u{1b}[2J.csv`;
  const { out } = await imports(aWorld({ runs: [aRun('acme-1', { fileName })], hasColours: true }), 'list');
  expect(out).toContain('\\u{1b}[31mred\\u{1b}[39m\\u{1b}[2J.csv');
});
