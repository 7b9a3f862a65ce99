import { NO_COUNTS, type Held, type ImportRun } from '../../src/domain/import-run';
import { ImportsError } from '../../src/errors';
import { aClient, aRun, aWorld, imports, type World } from './fake-deps';

const HELD: Held = {
  archives: 1200,
  permits: 34,
  activeUsers: 4800,
  emailChanges: 5,
  userNameChanges: 0,
  since: new Date('2026-11-20T18:00:10.000Z'),
  until: new Date('2026-11-23T18:00:10.000Z'),
  decided: null,
};
const decided = { verdict: 'approve', reason: 'their IT says so', by: 'sam', at: new Date('2026-11-21T08:00:00.000Z') } as const;
const held = (change: Partial<ImportRun> = {}) =>
  aRun('acme-1', {
    state: 'held',
    outcome: null,
    finishedAt: null,
    backup: null,
    counts: { ...NO_COUNTS, records: 5000 },
    held: HELD,
    ...change,
  });
/** A worker that writes the decision down. */
const writesItDown = (world: World) => {
  if (world.calls.length > 0) world.runs = world.runs.map((run) => ({ ...run, state: 'applying' as const }));
};
const world = (run = held(), change: Partial<World> = {}) => aWorld({ runs: [run], onSleep: writesItDown, ...change });

describe('a held import', () => {
  test.each([
    [[], 'Import acme-1 is approved.'],
    [['--without-archives'], 'Import acme-1 is approved; nobody will be archived.'],
  ])('that is approved (%j) waits for as long as its client is paused, and says so', async (options, done) => {
    const paused = { at: new Date(), by: 'sam', reason: 'they clean up' };
    const ran = await imports(world(held(), { clients: [aClient('acme', { paused })] }), 'approve', 'acme-1', '--reason', 'x', ...options);
    expect(ran).toMatchObject({
      code: 0,
      out: `${done}\nIt waits: client acme is paused. Resume it with: imports client resume acme --reason "…"\n`,
    });
  });

  const decisions: readonly (readonly [args: string[], call: string, out: string])[] = [
    [
      ['approve', 'acme-1', '--reason', ' they asked '],
      'approve acme-1 by pat: they asked',
      'Import acme-1 is approved and goes on.\nFollow it with: imports watch acme-1\n',
    ],
    [
      ['approve', 'acme-1', '--without-archives', '-r', 'x'],
      'approve-without-archives acme-1 by pat: x',
      'Import acme-1 is approved and goes on; nobody will be archived.\nFollow it with: imports watch acme-1\n',
    ],
    [
      ['decline', 'acme-1', '--reason', 'x'],
      'decline acme-1 by pat: x',
      'Import acme-1 is declined: no user was changed. The client is told.\n',
    ],
  ];
  test.each(decisions)('%j', async (args, call, text) => {
    const { code, out, err, world: after } = await imports(world(), ...args);
    expect({ code, out, err, calls: after.calls }).toEqual({ code: 0, out: text, err: '', calls: [call] });
  });

  test('as JSON says what was decided', async () => {
    const { out } = await imports(world(), 'approve', 'acme-1', '--without-archives', '--reason', 'x', '--json');
    expect(JSON.parse(out)).toMatchObject({ importId: 'acme-1', verdict: 'approve-without-archives' });
  });

  test('whose decision is not written down at once says where to look', async () => {
    const { code, out } = await imports(world(held(), { onSleep: () => {} }), 'approve', 'acme-1', '--reason', 'x');
    expect([code, out]).toEqual([0, 'The decision on import acme-1 was taken.\nSee what becomes of it: imports show acme-1\n']);
  });

  test('that Temporal cannot be asked about ends with exit code 3', async () => {
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    expect((await imports(world(held(), { down }), 'decline', 'acme-1', '--reason', 'x')).code).toBe(3);
  });
});

const refused: readonly (readonly [what: string, run: ImportRun, err: string])[] = [
  [
    'never was held',
    held({ state: 'applying', held: null }),
    'Import acme-1 is not waiting for approval.\nState: applying\nFollow it with: imports watch acme-1',
  ],
  [
    'was approved',
    held({ state: 'applying', held: { ...HELD, decided } }),
    'Import acme-1 was already approved by sam: their IT says so\nState: applying\nFollow it with: imports watch acme-1',
  ],
  [
    'was declined because nobody decided',
    held({ state: 'finished', outcome: 'declined', held: { ...HELD, decided: { ...decided, verdict: 'timed-out' } } }),
    'Nobody decided on import acme-1 in time, so it was declined.\nState: finished: declined\nSee all of it with: imports show acme-1',
  ],
  [
    'has ended',
    aRun('acme-1'),
    'Import acme-1 is not waiting for approval.\nState: finished: imported\nSee all of it with: imports show acme-1\nTake it back with: imports undo acme-1 --reason "…"',
  ],
  [
    'has failed',
    held({ state: 'failed', held: null }),
    'Import acme-1 is not waiting for approval.\nState: failed\nOnce the problem is fixed, continue with: imports retry acme-1 --reason "…"',
  ],
];
describe.each(['approve', 'decline'])('%s', (command) => {
  test.each(refused)('refuses an import that %s, with what to do instead', async (_, run, err) => {
    const ran = await imports(world(run), command, 'acme-1', '--reason', 'x');
    expect(ran).toMatchObject({ code: 1, out: '', err: `error: ${err}\n` });
    expect(ran.world.calls).toEqual([]);
  });

  test('without a reason is wrong use, and nothing is opened', async () => {
    const ran = await imports(world(), command, 'acme-1', '--reason', ' ');
    expect(ran).toMatchObject({ code: 2, err: 'error: Say why, for the record: --reason "their IT confirmed it"\n' });
    expect(ran.world.opened).toBe(false);
  });

  test('of an unknown import is not found', async () => {
    expect((await imports(world(), command, 'acme-9', '--reason', 'x')).code).toBe(1);
  });
});

const COMMANDS = [
  'imports approve acme-1 --reason "…"',
  'imports approve acme-1 --without-archives --reason "…"',
  'imports decline acme-1 --reason "…"',
].join('\n');

describe('whoever looks at a held import is told the numbers and what to type', () => {
  test('by show', async () => {
    const { out } = await imports(world(), 'show', 'acme-1');
    expect(out).toContain(
      'would archive 1,200 of 4,800 active users (25 %), release 34 permits and change 5 e-mail addresses; declined unless approved by 2026-11-23 13:00:10',
    );
    expect(out).toContain(`It waits for approval:\n${COMMANDS}`);
  });

  test('by show, and who decided what, afterwards', async () => {
    const { out } = await imports(world(held({ state: 'applying', held: { ...HELD, decided } })), 'show', 'acme-1');
    expect(out).toMatch(/Decided +approved by sam, 2026-11-21 03:00:00: their IT says so\n/);
    expect(out).not.toContain('imports approve');
  });

  test('by list, at 80 columns', async () => {
    const { out } = await imports(world(held(), { columns: 80 }), 'list');
    expect(out).toBe(`IMPORT  FILE       RECEIVED          RESULT                RECORDS  REJECTED
acme-1  users.csv  2026-11-20 13:00  held: 1,200 archives    5,000         0

Left out: CREATED, UPDATED, ARCHIVED, REPORT; a wider terminal or --json shows
them

1 needs you: acme-1 held → imports show acme-1
`);
  });

  test('by watch, which ends there', async () => {
    const { code, out, err } = await imports(world(), 'watch', 'acme-1');
    expect(code).toBe(1);
    expect(out).toContain(COMMANDS);
    expect(err).toBe('error: Import acme-1 waits for approval. See the numbers and how to decide: imports show acme-1\n');
  });

  test('as JSON, with the share in %', async () => {
    const { out } = await imports(world(), 'show', 'acme-1', '--json');
    expect(JSON.parse(out).held).toEqual({
      archives: 1200,
      permits: 34,
      activeUsers: 4800,
      share: 25,
      emailChanges: 5,
      userNameChanges: 0,
      since: '2026-11-20T18:00:10.000Z',
      until: '2026-11-23T18:00:10.000Z',
      decided: null,
    });
  });
});
