import { ENDED_FROM_OUTSIDE, type ImportRun } from '../../src/domain/import-run';
import { NO_UNDO_COUNTS, type LeftAlone, type Undo } from '../../src/domain/undo/undo';
import { ImportsError } from '../../src/errors';
import { anUndo, aRun, aWorld, importId, imports, type World } from './fake-deps';

const AT = new Date('2026-11-20T18:30:00.000Z');
const left: LeftAlone[] = [
  { userId: 'acme/0042' as never, permit: null, line: 7, why: 'CHANGED_BY_IMPORT', by: importId('acme-9') },
  { userId: 'acme/77' as never, permit: 'P-12', line: null, why: 'PERMIT_NOT_FREE', by: null },
];

/** A worker that has it undone at the third look. */
function undoing(run: ImportRun, end: Partial<Undo> = {}): World {
  let looks = 0;
  return aWorld({
    runs: [run],
    onSleep(world) {
      looks++;
      world.undoChunksDone = looks;
      world.undos.set(run.importId, { ...world.undos.get(run.importId)!, chunks: 1, ...(looks === 2 && { finishedAt: AT, ...end }) });
      if (looks === 2) world.runs = [{ ...run, state: 'undone' }];
    },
  });
}

describe('undo', () => {
  test.each(['finished', 'failed', 'cancelled', 'reporting'] as const)(
    'takes back an import that is %s, shows how far it has come, and tells what came of it',
    async (state) => {
      const world = undoing(aRun('acme-1', { state }), { counts: anUndo('acme-1').counts, report: 'sent' });
      const { code, out } = await imports(world, 'undo', 'acme-1', '--reason', ' wrong file ');
      expect(code).toBe(0);
      expect(world.calls).toEqual(['undo acme-1', 'wake acme']);
      expect(world.undos.get('acme-1')).toMatchObject({ reason: 'wrong file', by: 'pat' });
      expect(out).toBe(
        [
          'undoing 50 %, 1 of 2 parts',
          'undoing 100 %, 2 of 2 parts',
          'Import acme-1 is undone.',
          '',
          'Reason                                     wrong file (pat)',
          'Users given their former values back       3',
          'Users created by the import, now archived  5',
          'Permits returned to their holders          2',
          'E-mail                                     The administrator was told by e-mail.',
          '',
        ].join('\n'),
      );
    },
  );

  test('lists what was left as it is, and why', async () => {
    const counts = { ...NO_UNDO_COUNTS, restored: 1, usersLeft: 1, permitsLeft: 1 };
    const world = aWorld({
      columns: 80,
      runs: [aRun('acme-1', { state: 'undone' })],
      left,
      undos: new Map([['acme-1', anUndo('acme-1', { counts })]]),
    });
    const { out } = await imports(world, 'undo', 'acme-1');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(out).toContain('0042          7          acme-9: A later import changed the user; undo that one');
    expect(out).toContain('77               P-12    The permit was issued');
  });

  test('as JSON is complete', async () => {
    const counts = { ...NO_UNDO_COUNTS, usersLeft: 1, permitsLeft: 1 };
    const world = aWorld({ runs: [aRun('acme-1', { state: 'undone' })], left, undos: new Map([['acme-1', anUndo('acme-1', { counts })]]) });
    expect(JSON.parse((await imports(world, 'undo', 'acme-1', '--json')).out)).toEqual({
      importId: 'acme-1',
      state: 'undone',
      alreadyUndone: true,
      reason: 'wrong file',
      by: 'pat',
      requestedAt: AT.toISOString(),
      finishedAt: AT.toISOString(),
      counts,
      report: 'sent',
      left: [
        { uniqueId: '0042', line: 7, permit: null, code: 'CHANGED_BY_IMPORT', changedBy: 'acme-9', message: expect.any(String) },
        { uniqueId: '77', line: null, permit: 'P-12', code: 'PERMIT_NOT_FREE', changedBy: null, message: expect.any(String) },
      ],
    });
  });

  test('asked for twice changes nothing and says so', async () => {
    const world = aWorld({ runs: [aRun('acme-1', { state: 'undone' })], undos: new Map([['acme-1', anUndo('acme-1')]]) });
    const { code, out } = await imports(world, 'undo', 'acme-1', '--reason', 'again');
    expect([code, world.calls]).toEqual([0, []]);
    expect(out).toContain('Import acme-1 is undone already, since 2026-11-20 13:30:00.\nNothing was changed now.');
    expect(world.undos.get('acme-1')?.reason).toBe('wrong file');
  });

  test('that stopped says why and how to go on', async () => {
    const world = aWorld({
      runs: [aRun('acme-1')],
      onSleep: (it) => it.undos.set('acme-1', { ...it.undos.get('acme-1')!, failure: 'MongoDB is gone.' }),
    });
    expect(await imports(world, 'undo', 'acme-1', '--reason', 'x')).toMatchObject({
      code: 1,
      err: 'error: The undo of acme-1 stopped: MongoDB is gone.\nIt goes on where it stopped with: imports undo acme-1 --reason "…"\n',
    });
  });

  test('that has not begun after half a minute says so, and waits on', async () => {
    let slept = 0;
    const world = undoing(aRun('acme-1'));
    const { onSleep } = world;
    world.onSleep = (it) => (++slept > 70 ? onSleep(it) : undefined);
    const { code, out } = await imports(world, 'undo', 'acme-1', '--reason', 'x');
    expect(code).toBe(0);
    expect(out.match(/It has not begun yet\. If this lasts, see: imports doctor/g)).toHaveLength(1);
  });

  const refused: readonly (readonly [what: string, run: ImportRun, err: string])[] = [
    [
      'waits for a decision',
      aRun('acme-1', { state: 'held', outcome: null }),
      'Import acme-1 has changed nothing yet; turn it down with:\nimports decline acme-1 --reason "…"',
    ],
    [
      'runs',
      aRun('acme-1', { state: 'applying', outcome: null }),
      'Import acme-1 is applying; it can be undone when it has ended. Follow it with: imports watch acme-1',
    ],
    [
      'was refused',
      aRun('acme-1', { outcome: 'refused' }),
      'Import acme-1 was refused: it changed no user, so there is nothing to undo.\nWhy it was: imports show acme-1',
    ],
    [
      'was refused and has its e-mail left',
      aRun('acme-1', { outcome: 'refused', state: 'reporting' }),
      'Import acme-1 was refused: it changed no user, so there is nothing to undo.\nWhy it was: imports show acme-1',
    ],
    [
      'was declined',
      aRun('acme-1', { outcome: 'declined' }),
      'Import acme-1 was declined: it changed no user, so there is nothing to undo.\nWhy it was: imports show acme-1',
    ],
    [
      'is too old',
      aRun('acme-1', { expiredAt: AT }),
      'Import acme-1 cannot be undone any more: the values that it replaced have expired.\nTo correct its users, upload a file with the right values',
    ],
  ];
  test.each(refused)('of an import that %s is refused with what to do instead', async (_, run, err) => {
    const ran = await imports(aWorld({ runs: [run] }), 'undo', 'acme-1', '--reason', 'x');
    expect(ran).toMatchObject({ code: 1, out: '', err: `error: ${err}\n` });
    expect([ran.world.calls, ran.world.undos.size]).toEqual([[], 0]);
  });

  test.each(['applying', 'held'] as const)('of one whose workflow was terminated while it was %s takes it as failed', async (state) => {
    const world = undoing(aRun('acme-1', { state, outcome: null }));
    world.stopped = ['acme-1'];
    let marked: ImportRun | undefined;
    const { onSleep } = world;
    world.onSleep = (it) => {
      marked ??= it.runs[0];
      onSleep?.(it);
    };
    const { code } = await imports(world, 'undo', 'acme-1', '--reason', 'x');
    expect([code, world.calls]).toEqual([0, ['failed acme-1', 'undo acme-1', 'wake acme']]);
    expect(marked).toMatchObject({ state: 'failed', failure: ENDED_FROM_OUTSIDE });
  });

  test('whose e-mail could not be sent names the command that sends it', async () => {
    const world = aWorld({
      runs: [aRun('acme-1', { state: 'undone' })],
      undos: new Map([['acme-1', anUndo('acme-1', { report: 'failed' })]]),
    });
    const { out } = await imports(world, 'undo', 'acme-1');
    expect(out).toMatch(/^E-mail +could not be sent; why: imports show acme-1$/m);
    expect(out).toMatch(/Once the address is right, send it again:\nimports resend-report acme-1 --undo\n$/);
  });

  test('without a reason is wrong use', async () => {
    const ran = await imports(aWorld({ runs: [aRun('acme-1')] }), 'undo', 'acme-1');
    expect(ran).toMatchObject({ code: 2, err: 'error: Say why, for the record: --reason "wrong file"\n' });
    expect(ran.world.undos.size).toBe(0);
  });

  test('is written down also when Temporal cannot be reached, and says so', async () => {
    const down = { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') };
    const ran = await imports(aWorld({ runs: [aRun('acme-1')], down }), 'undo', 'acme-1', '--reason', 'x');
    expect([ran.code, ran.world.undos.size]).toEqual([3, 1]);
    expect(ran.err).toContain('The undo of acme-1 is written down');
  });

  test('keeps a retry from starting the import again', async () => {
    const world = aWorld({
      runs: [aRun('acme-1', { state: 'failed', outcome: null })],
      undos: new Map([['acme-1', anUndo('acme-1', { finishedAt: null })]]),
    });
    const ran = await imports(world, 'retry', 'acme-1', '--reason', 'x');
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('Import acme-1 is being undone, so it is not started again.');
  });
});

test('show tells who had an import undone, when and why', async () => {
  const world = aWorld({ runs: [aRun('acme-1', { state: 'undone' })], undos: new Map([['acme-1', anUndo('acme-1')]]) });
  expect((await imports(world, 'show', 'acme-1')).out).toContain('\nUndo      by pat, 2026-11-20 13:30:00: wrong file\n');
});
