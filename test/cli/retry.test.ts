import { STOPPED_BEFORE_MAIL, type ImportRun } from '../../src/domain/import-run';
import { ImportsError } from '../../src/errors';
import { aClient, aRun, aWorld, imports, type World } from './fake-deps';

const failed = (id: string, change: Partial<ImportRun> = {}) => aRun(id, { state: 'failed', outcome: null, ...change });
/** A worker that takes up whatever waits for its turn. */
const takesUp = (world: World) => {
  world.runs = world.runs.map((run) => (run.state === 'queued' ? { ...run, state: 'inspecting' as const, attempts: 2 } : run));
};
const RETRIED = (...ids: string[]) => ids.flatMap((id) => [`queued ${id}`, `wake ${id.slice(0, id.lastIndexOf('-'))}`]);
const world = (...runs: ImportRun[]) => aWorld({ runs, onSleep: takesUp });

describe('one import', () => {
  test.each(['failed', 'cancelled'] as const)('that is %s goes on where it stopped', async (state) => {
    const ran = await imports(world(failed('acme-1', { state })), 'retry', 'acme-1', '--reason', ' disk was full ');
    expect(ran).toMatchObject({ code: 0, err: '', out: 'Import acme-1 goes on where it stopped.\nFollow it with: imports watch acme-1\n' });
    expect(ran.world.calls).toEqual(RETRIED('acme-1'));
  });

  test('keeps who started it, when and why, for show; a refused one keeps nothing', async () => {
    const { world: after } = await imports(world(failed('acme-1')), 'retry', 'acme-1', '--reason', 'disk was full');
    const kept = { at: '2026-11-20T19:00:00.000Z', by: 'pat', reason: 'disk was full' };
    expect(JSON.parse((await imports(after, 'show', 'acme-1', '--json')).out).retries).toEqual([kept]);
    after.runs = after.runs.map((run) => ({ ...run, state: 'failed' as const }));
    await imports(after, 'retry', 'acme-1', '--reason', 'again');
    expect((await imports(after, 'show', 'acme-1')).out).toContain(
      'Retried   by pat, 2026-11-20 14:00:00: disk was full\nRetried   by pat, 2026-11-20 14:00:00: again\n',
    );
    const { world: running } = await imports(world(aRun('acme-1', { state: 'applying' })), 'retry', 'acme-1', '--reason', 'x');
    expect(JSON.parse((await imports(running, 'show', 'acme-1', '--json')).out)).not.toHaveProperty('retries');
  });

  test('of several goes by each, once, and says of each what came of it', async () => {
    const runs = [failed('acme-1'), aRun('acme-2'), failed('zenith-3')];
    const {
      code,
      out,
      err,
      world: after,
    } = await imports(world(...runs), 'retry', 'zenith-3', 'acme-2', 'acme-1', 'zenith-3', '--reason', 'x');
    expect(after.runs.filter(({ state }) => state === 'finished').map(({ importId }) => importId)).toEqual(['acme-2']);
    expect(out).toMatch(/^Import zenith-3 goes on[^]*\nImport acme-2 is finished[^]*\nImport acme-1 goes on/);
    expect([code, err]).toEqual([1, expect.stringContaining('1 of 3 imports could not be started again')]);
  });

  test('as JSON says that it was retried', async () => {
    const { out } = await imports(world(failed('acme-1')), 'retry', 'acme-1', '--reason', 'x', '--json');
    expect(JSON.parse(out)).toEqual({ importId: 'acme-1', retried: true, message: expect.stringContaining('imports watch acme-1') });
  });

  test('that no worker takes up says so', async () => {
    const { code, out } = await imports(aWorld({ runs: [failed('acme-1')] }), 'retry', 'acme-1', '--reason', 'x');
    expect([code, out]).toEqual([
      0,
      'The retry of import acme-1 is written down.\nIt waits for its turn, and then goes on where it stopped. If it still waits in a few minutes, see: imports doctor\nFollow it with: imports watch acme-1\n',
    ]);
  });

  const refused: readonly (readonly [what: string, run: ImportRun, err: string])[] = [
    [
      'runs',
      aRun('acme-1', { state: 'applying', outcome: null }),
      'Import acme-1 is running (applying). Follow it with: imports watch acme-1',
    ],
    [
      'is about to run',
      aRun('acme-1', { state: 'claiming', outcome: null }),
      'Import acme-1 waits for its turn already. Follow it with: imports watch acme-1',
    ],
    [
      'has finished with failures',
      aRun('acme-1', { outcome: 'imported-with-failures', counts: { ...aRun('acme-1').counts, rejected: 2 } }),
      `Import acme-1 is finished (imported-with-failures), so there is nothing to retry.\nGet its failed records with: imports rejected acme-1 --csv\nTo import it again, drop the corrected file into the client's folder`,
    ],
    [
      'was refused',
      aRun('acme-1', { outcome: 'refused', counts: { ...aRun('acme-1').counts, rejected: 0 } }),
      `Import acme-1 is finished (refused), so there is nothing to retry.\nTo import it again, drop the corrected file into the client's folder`,
    ],
    [
      'waits for a decision',
      aRun('acme-1', { state: 'held', outcome: null }),
      'Import acme-1 waits for a decision:\nimports approve acme-1 --reason "…"\nimports decline acme-1 --reason "…"',
    ],
  ];
  test.each(refused)('that %s is refused with what to do instead', async (_, run, err) => {
    const ran = await imports(world(run), 'retry', 'acme-1', '--reason', 'x');
    expect(ran).toMatchObject({ code: 1, out: '', err: `error: ${err}\n` });
    expect([ran.world.calls, ran.world.audit]).toEqual([[], []]);
  });

  test('whose workflow was terminated goes on, whatever state it seems to be in', async () => {
    const now = aWorld({ runs: [aRun('acme-1', { state: 'applying', outcome: null })], stopped: ['acme-1'], onSleep: takesUp });
    expect(await imports(now, 'retry', 'acme-1', '--reason', 'x')).toMatchObject({ code: 0 });
    expect(now.calls).toEqual(['failed acme-1', ...RETRIED('acme-1')]);
  });

  test.each([
    ['acme-1', '--reason'],
    ['--all-failed', '--reason'],
  ])('whose stop the inbox writes down in the same moment goes on as well: %s', async (...args) => {
    const now = aWorld({ runs: [aRun('acme-1', { state: 'applying', outcome: null })], onSleep: takesUp });
    now.stopped.includes = () => {
      now.runs = now.runs.map((run) => (run.state === 'applying' ? { ...run, state: 'failed' } : run));
      return true;
    };
    expect(await imports(now, 'retry', ...args, 'x')).toMatchObject({ code: 0, err: '' });
    expect(now.calls).toEqual(RETRIED('acme-1'));
  });

  test('whose workflow was terminated while it sent its e-mail is finished, and the command that sends it is named', async () => {
    const now = aWorld({ runs: [aRun('acme-1', { state: 'reporting', report: 'pending' })], stopped: ['acme-1'] });
    const { code, err } = await imports(now, 'retry', 'acme-1', '--reason', 'x');
    expect([code, err]).toEqual([1, expect.stringContaining('Its e-mail could not be sent; send it with: imports resend-report acme-1\n')]);
    expect(now.runs[0]).toMatchObject({ state: 'finished', report: 'failed' });
    expect(now.mailFailures).toEqual({ 'acme-1/report': STOPPED_BEFORE_MAIL });
  });

  test('whose e-mail could not be sent names the command that sends it', async () => {
    const { code, err } = await imports(world(aRun('acme-1', { report: 'failed' })), 'retry', 'acme-1', '--reason', 'x');
    expect([code, err]).toEqual([1, expect.stringContaining('Its e-mail could not be sent; send it with: imports resend-report acme-1\n')]);
  });

  test('ends with exit code 3 while Temporal is down, is written down all the same, and says so', async () => {
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    const ran = await imports(aWorld({ runs: [failed('acme-1')], down }), 'retry', 'acme-1', '--reason', 'x');
    expect(ran).toMatchObject({ code: 3, err: expect.stringContaining('The retry of acme-1 is written down') });
    expect(ran.world.runs[0]).toMatchObject({ state: 'queued', turn: null });
  });

  test('waits for as long as its client is paused, and says so', async () => {
    const paused = { at: new Date(), by: 'sam', reason: 'they clean up' };
    const ran = await imports(
      aWorld({ clients: [aClient('acme', { paused })], runs: [failed('acme-1')] }),
      'retry',
      'acme-1',
      '--reason',
      'x',
    );
    expect(ran).toMatchObject({
      code: 0,
      out: 'The retry of import acme-1 is written down.\nIt waits: client acme is paused. Resume it with: imports client resume acme --reason "…"\n',
    });
  });
});

const someFailed = () => [
  failed('acme-1', { receivedAt: new Date('2026-11-20T10:00:00Z') }),
  failed('zenith-1', { receivedAt: new Date('2026-11-20T11:00:00Z') }),
  failed('acme-2', { receivedAt: new Date('2026-11-20T12:00:00Z') }),
  failed('acme-3', { state: 'cancelled' }),
  aRun('acme-4'),
];

describe('all that failed', () => {
  test('are started oldest first; cancelled and finished ones are left alone', async () => {
    const { code, out, world: after } = await imports(world(...someFailed()), 'retry', '--all-failed', '--reason', 'back');
    expect(code).toBe(0);
    expect(after.calls).toEqual(RETRIED('acme-1', 'zenith-1', 'acme-2'));
    expect(out.match(/goes on where it stopped/g)).toHaveLength(3);
  });

  test('are joined by those that look busy and were terminated', async () => {
    const busy = (id: string) => aRun(id, { state: 'applying', outcome: null });
    const now = aWorld({ runs: [failed('acme-1'), busy('acme-2'), busy('acme-3')], stopped: ['acme-2'], onSleep: takesUp });
    await imports(now, 'retry', '--all-failed', '--reason', 'back');
    expect(now.calls.toSorted()).toEqual(['failed acme-2', ...RETRIED('acme-1', 'acme-2')].toSorted());
  });

  test('of one client only', async () => {
    const { world: after } = await imports(world(...someFailed()), 'retry', '--all-failed', '--client', 'zenith', '--reason', 'back');
    expect(after.calls).toEqual(RETRIED('zenith-1'));
  });

  test('one that meanwhile runs does not stop the others, and is told', async () => {
    const now = aWorld({ runs: someFailed() });
    // Somebody else retries acme-1 while the first of ours is being started.
    let polled = 0;
    now.onSleep = (it) => {
      if (++polled === 1) it.runs = it.runs.map((run) => (run.importId === 'zenith-1' ? { ...run, state: 'applying' as const } : run));
      takesUp(it);
    };
    const { code, out, err, world: after } = await imports(now, 'retry', '--all-failed', '--reason', 'back', '--json');
    expect(code).toBe(1);
    expect(after.calls).toEqual(RETRIED('acme-1', 'acme-2'));
    expect(JSON.parse(out)).toEqual([
      expect.objectContaining({ importId: 'acme-1', retried: true }),
      { importId: 'zenith-1', retried: false, message: expect.stringContaining('imports watch zenith-1') },
      expect.objectContaining({ importId: 'acme-2', retried: true }),
    ]);
    expect(JSON.parse(err).error.message).toContain('1 of 3 imports could not be started again; why stands with each.');
  });

  test('a service that is gone ends it at once', async () => {
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    expect((await imports(aWorld({ runs: someFailed(), down }), 'retry', '--all-failed', '--reason', 'x')).code).toBe(3);
  });

  test('none is an answer', async () => {
    expect(await imports(world(aRun('acme-4')), 'retry', '--all-failed', '--reason', 'x')).toMatchObject({
      code: 0,
      out: 'No import has failed.\n',
    });
  });
});

const wrong: readonly (readonly [args: string[], err: string])[] = [
  [['acme-1'], 'Say why, for the record: --reason "database is back"'],
  [['acme-1', '--reason', ' '], 'Say why, for the record: --reason "database is back"'],
  [['--reason', 'x'], 'Say which imports: ids such as acme-42, or --all-failed, one of the two'],
  [['acme-1', '--all-failed', '--reason', 'x'], 'Say which imports: ids such as acme-42, or --all-failed, one of the two'],
  [['acme-1', '--client', 'acme', '--reason', 'x'], '--client can only be used with --all-failed'],
];
test.each(wrong)('retry %j is wrong use', async (args, err) => {
  const ran = await imports(world(failed('acme-1')), 'retry', ...args);
  expect(ran).toMatchObject({ code: 2, out: '', err: `error: ${err}\n` });
  expect([ran.world.opened, ran.world.calls]).toEqual([false, []]);
});
