import { Writable } from 'node:stream';
import { NO_COUNTS, type ImportRun } from '../../src/domain/import-run';
import type { CliDeps } from '../../src/cli/deps';
import { runProgram } from '../../src/cli/run-program';
import { aRun, aWorld, depsOf, imports, type World } from './fake-deps';

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

test('without an id follows the newest import that is running', async () => {
  const world = story(enter(aRun('acme-1')));
  world.runs = [running('applying'), aRun('acme-7'), aRun('zenith-3', { state: 'held', receivedAt: new Date('2026-11-20T18:30:00Z') })];
  const { code, out } = await imports(world, 'watch');
  expect([code, out]).toEqual([0, expect.stringContaining('Import    acme-1\n')]);
});

test('without an id waits for one that is about to begin, and says so', async () => {
  const world = story(wait, wait, enter(running('applying')), wait, enter(aRun('acme-1')));
  world.runs = [];
  const { code, out } = await imports(world, 'watch');
  expect([code, out.split('\n')[0]]).toEqual([0, 'No import is running; waiting 15 seconds for one to begin.']);
});

test('without an id waits longer where uploads must be quiet for longer', async () => {
  const steps = Array.from({ length: 70 }, () => wait);
  const world = story(...steps, enter(running('applying')), enter(aRun('acme-1')));
  Object.assign(world, { runs: [], quietMs: 30_000 });
  const { code, out } = await imports(world, 'watch');
  expect([code, out.split('\n')[0]]).toEqual([0, 'No import is running; waiting 40 seconds for one to begin.']);
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

test('shows an import whose parts have expired as what it is: done', async () => {
  const run = aRun('acme-1', { chunks: 3, counts: { ...COUNTS, created: 3000 }, expiredAt: new Date('2026-11-20T18:30:00.000Z') });
  const { code, out } = await imports(aWorld({ runs: [run] }), 'watch', 'acme-1');
  expect(code).toBe(0);
  expect(out).toContain('3,000 of 3,000');
});
