import { Writable } from 'node:stream';
import { NO_COUNTS, type ImportRun } from '../../src/domain/import-run';
import { NO_UNDO_COUNTS } from '../../src/domain/undo/undo';
import type { CliDeps } from '../../src/cli/deps';
import { runProgram } from '../../src/cli/run-program';
import { aRun, anUndo, aWorld, depsOf, imports, type World } from './fake-deps';

const COUNTS = { ...NO_COUNTS, records: 3000 };
const running = (state: ImportRun['state'], change: Partial<ImportRun> = {}) =>
  aRun('acme-1', { state, outcome: null, finishedAt: null, chunks: 3, counts: COUNTS, ...change });

/** Each sleep of the command takes the next step of the story. */
function story(...steps: readonly ((world: World) => void)[]): World {
  const rest = [...steps];
  const world = aWorld({
    runs: [running('claiming', { chunks: 0, counts: NO_COUNTS })],
    onSleep(now) {
      const next = rest.shift();
      if (next === undefined) throw new Error('the command went on after the end of the story');
      next(now);
    },
  });
  return world;
}

const enter = (run: ImportRun) => (world: World) => void (world.runs = [run]);
const apply =
  (...parts: number[]) =>
  (world: World) => {
    world.runs = [running('applying')];
    const result = { counts: { ...COUNTS, records: 1000, rejected: 2 }, releaseFor: [], deferred: [] };
    for (const n of parts) world.chunks.set(`acme-1/${n}`, { n, start: 0, end: 1, firstLine: 2, records: 1000, marks: [], result });
  };

test('follows an import to its end, one line a change where there is no terminal', async () => {
  const world = story(
    enter(running('queued', { chunks: 0, counts: NO_COUNTS })),
    enter(running('inspecting', { chunks: 0, counts: NO_COUNTS })),
    apply(),
    apply(1),
    apply(0),
    apply(),
    apply(2),
    enter(running('reporting')),
    enter(aRun('acme-1', { chunks: 3, counts: { ...COUNTS, created: 2994, rejected: 6 } })),
  );
  const { code, out, err } = await imports(world, 'watch', 'acme-1');
  expect([code, err]).toEqual([0, '']);
  const [lines, summary] = out.split('\n\n');
  expect(lines?.split('\n')).toEqual([
    'queued',
    'inspecting',
    'applying 0 %, 0 of 3,000 records, 0 rejected',
    'applying 66 %, 2,000 of 3,000 records, 4 rejected',
    'applying 100 %, 3,000 of 3,000 records, 6 rejected',
    'reporting 100 %, 3,000 of 3,000 records, 6 rejected',
    'finished 100 %, 3,000 of 3,000 records, 6 rejected',
  ]);
  expect(summary).toContain('State     finished: imported\n');
});

const settle =
  (rejected: number) =>
  ({ settled }: World) => {
    const result = { counts: { ...NO_COUNTS, rejected }, releaseFor: [], deferred: [] };
    settled.push({ n: 0, lines: [], result, isLast: true });
  };

test('counts the records that were rejected when deferred ones were settled, and ends with the number of show', async () => {
  const end = aRun('acme-1', { chunks: 3, counts: { ...COUNTS, created: 2993, rejected: 7 } });
  const { out } = await imports(story(apply(0, 1, 2), settle(1), enter(running('releasing')), enter(end)), 'watch', 'acme-1');
  expect(out.split('\n').slice(1, 5)).toEqual([
    'applying 100 %, 3,000 of 3,000 records, 6 rejected',
    'applying 100 %, 3,000 of 3,000 records, 7 rejected',
    'releasing 100 %, 3,000 of 3,000 records, 7 rejected',
    'finished 100 %, 3,000 of 3,000 records, 7 rejected',
  ]);
});

const afresh = (world: World) => {
  world.runs = [running('inspecting')];
  world.chunks.clear();
};

test('starts over when the file is read again', async () => {
  const world = story(apply(0, 1), afresh, apply(0), enter(aRun('acme-1')));
  const { out } = await imports(world, 'watch', 'acme-1');
  expect(out).toContain(
    'applying 66 %, 2,000 of 3,000 records, 4 rejected\ninspecting 0 %, 0 of 3,000 records, 0 rejected\napplying 33 %, 1,000 of',
  );
});

test('with --json prints only the end, as show does', async () => {
  const { code, out } = await imports(story(apply(0), enter(aRun('acme-1'))), 'watch', 'acme-1', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual(JSON.parse((await imports(aWorld({ runs: [aRun('acme-1')] }), 'show', 'acme-1', '--json')).out));
});

const ends: readonly (readonly [ImportRun['state'], number, string])[] = [
  ['finished', 0, ''],
  ['undone', 0, ''],
  ['failed', 1, 'error: Import acme-1 failed. Once the problem is fixed: imports retry acme-1 --reason "…"\n'],
  ['cancelled', 1, 'error: Import acme-1 was cancelled. Go on where it stopped with: imports retry acme-1 --reason "…"\n'],
  ['held', 1, 'error: Import acme-1 waits for approval. See the numbers and how to decide: imports show acme-1\n'],
];
test.each(ends)('ends when the import is %s, with exit code %i', async (state, code, err) => {
  const ran = await imports(story(enter(running(state))), 'watch', 'acme-1');
  expect([ran.code, ran.err]).toEqual([code, err]);
  expect(ran.out).toContain('Import    acme-1\n');
});

test('of an undone import ends with all that show says', async () => {
  const restored = { ...NO_UNDO_COUNTS, restored: 3, usersLeft: 1 };
  const world = aWorld({
    runs: [aRun('acme-1', { state: 'undone' })],
    undos: new Map([['acme-1', anUndo('acme-1', { counts: restored })]]),
  });
  const { out } = await imports(world, 'watch', 'acme-1');
  expect(out).toContain('Restored  Users given their former values back: 3\nLeft      Users left alone: 1\n');
  expect(out.split('\n\n').slice(1).join('\n\n')).toBe((await imports(world, 'show', 'acme-1')).out);
});

test('ends when the workflow was terminated, and says what to do', async () => {
  const world = story(enter(running('applying')), ...Array.from({ length: 9 }, () => () => {}));
  world.stopped = ['acme-1'];
  const { code, out, err } = await imports(world, 'watch', 'acme-1');
  expect([code, err]).toEqual([
    1,
    'error: Import acme-1 stopped: its workflow was terminated. Go on where it stopped with: imports retry acme-1 --reason "…"\n',
  ]);
  expect(out).toContain('State     applying, but its workflow was terminated in Temporal');
});

test('takes a held import whose workflow was terminated for what it is', async () => {
  const world = story(enter(running('held')));
  world.stopped = ['acme-1'];
  expect((await imports(world, 'watch', 'acme-1')).err).toContain('Go on where it stopped with: imports retry acme-1');
});

test('of an unknown import is not found', async () => {
  expect((await imports(aWorld(), 'watch', 'acme-9')).code).toBe(1);
});

test('draws a bar on a terminal that fits 80 columns, and ends it before the summary', async () => {
  const screen = new Screen();
  const world = story(apply(), apply(0), apply(1, 2), enter(aRun('acme-1', { chunks: 3, counts: { ...COUNTS, rejected: 6 } })));
  world.columns = 80;
  const code = await runProgram(depsOf(world, screen, new Screen()), ['watch', 'acme-1']);
  expect(code).toBe(0);
  const [bar, summary] = screen.text.split('\n\n');
  const frames = (bar ?? '').split('\u001b').flatMap((frame) => /[a-z]+ +\[[#.]*\].*/.exec(frame) ?? []);
  expect(frames.at(-1)).toContain('finished   [##################] 100 %  3,000 of 3,000 records, 6 rejected, 0:04');
  expect(Math.max(...frames.map((frame) => frame.length))).toBeLessThanOrEqual(80);
  expect(summary).toContain('State     finished: imported');
});

/** Two polls a second, and a clock that goes with them. */
function ticking(world: World, stdout: Writable): CliDeps {
  let slept = 0;
  const deps = depsOf(world, stdout, new Screen());
  return Object.assign(deps, {
    now: () => new Date(Date.parse('2026-11-20T18:00:05.000Z') + slept * 500),
    async sleep() {
      slept++;
      world.onSleep(world);
    },
  });
}

const atWork = (chunk: number, records: number) => (world: World) => {
  world.runs = [running('applying')];
  world.atWork = [{ chunk, records }];
};
const wait = () => {};

test('moves while a part is worked on, and tells records per second and the time left', async () => {
  const screen = new Screen();
  const steps = [atWork(0, 200), wait, wait, wait, atWork(0, 600), wait, wait, wait, atWork(0, 1000)];
  const world = story(...steps, apply(0, 1, 2), enter(aRun('acme-1', { chunks: 3, counts: COUNTS })));
  await runProgram(ticking(world, screen), ['watch', 'acme-1']);
  expect(screen.text.split('\n').slice(1, 4)).toEqual([
    'applying 6 %, 200 of 3,000 records, 0 rejected',
    'applying 20 %, 600 of 3,000 records, 0 rejected, 200/s, 0:12 left',
    'applying 33 %, 1,000 of 3,000 records, 0 rejected, 200/s, 0:10 left',
  ]);
});

test('goes on without what Temporal would tell of the parts at work', async () => {
  const world = story(apply(), apply(0, 1, 2), enter(aRun('acme-1', { chunks: 3, counts: COUNTS })));
  world.down.temporal = new Error('down');
  expect((await imports(world, 'watch', 'acme-1')).code).toBe(0);
});

class Screen extends Writable {
  readonly isTTY = true;
  readonly columns = 80;
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

describe('without an id', () => {
  /** Until the story is told: then the reader goes. */
  async function watchAll(args: readonly string[], runs: readonly ImportRun[], ...steps: readonly ((world: World) => void)[]) {
    const screen = new Screen();
    const world = story(...steps, () => void screen.destroy());
    world.runs = [...runs];
    const deps = ticking(world, screen);
    expect(await runProgram({ ...deps, columns: undefined }, ['watch', ...args])).toBe(0);
    return screen.text;
  }
  const others =
    (...runs: readonly ImportRun[]) =>
    (world: World) =>
      void (world.runs = [...runs]);
  const zenith = (change: Partial<ImportRun>) => ({ ...aRun('zenith-3', change), receivedAt: new Date('2026-11-20T19:03:59Z') });

  test('every import is told as it happens, also one that was over between two looks; those from before are not', async () => {
    const held = aRun('acme-7', { state: 'held' });
    const text = await watchAll(
      [],
      [running('applying'), held],
      others(
        running('applying'),
        held,
        zenith({ counts: { ...NO_COUNTS, records: 2, created: 1, rejected: 1 }, outcome: 'imported-with-failures' }),
      ),
      others(running('reporting'), held),
      others(aRun('acme-1', { counts: { ...COUNTS, created: 3000 } }), { ...held, state: 'applying' }),
      others(aRun('acme-1'), { ...held, state: 'failed' }),
    );
    expect(text.split('\n').map((line) => line.replace(/^[-\d]+ [:\d]+ {2}/, ''))).toEqual([
      'Every import as it happens. Ctrl-C stops watching; imports go on.',
      'acme-1  users.csv  applying 0 %, 0 of 3,000 records, 0 rejected',
      'zenith-3  users.csv  finished: imported-with-failures, records 2: 1 created, 1 rejected',
      'acme-1  users.csv  reporting 0 %, 0 of 3,000 records, 0 rejected',
      'acme-1  users.csv  finished: imported, records 3,000: 3,000 created',
      'acme-7  users.csv  applying 0 %, 0 of 10 records, 0 rejected',
      'acme-7  users.csv  failed, records 10: 5 created, 3 updated (1 of them archived), 2 unchanged, 2 permits released',
      '',
    ]);
  });

  test('a large one tells every few seconds how far it has come', async () => {
    const text = await watchAll([], [running('applying')], apply(0), ...Array.from({ length: 12 }, () => wait), apply(1));
    expect(text).toContain('applying 33 %, 1,000 of 3,000 records, 2 rejected');
  });

  test('--json gives one import in each line, and only where its state has changed', async () => {
    const text = await watchAll(['--json'], [running('applying')], apply(0), wait, enter(aRun('acme-1')));
    const items = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { importId: string; state: string });
    expect(items.map(({ importId, state }) => [importId, state])).toEqual([
      ['acme-1', 'applying'],
      ['acme-1', 'finished'],
    ]);
  });
});

test('shows an import whose parts have expired as what it is: done', async () => {
  const run = aRun('acme-1', { chunks: 3, counts: { ...COUNTS, created: 3000 }, expiredAt: new Date('2026-11-20T18:30:00.000Z') });
  const { code, out } = await imports(aWorld({ runs: [run] }), 'watch', 'acme-1');
  expect(code).toBe(0);
  expect(out).toContain('3,000 of 3,000');
});
