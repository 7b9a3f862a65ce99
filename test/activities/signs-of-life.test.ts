// A step that gives no sign of life for half a minute is given to another worker: what grows with the file must beat as it goes.

import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityPorts } from '../../activities/activity-ports';
import { createActivities } from '../../activities';
import { newRun } from '../../activities/claim/claim-ready-files';
import { whileBeating } from '../../activities/heartbeat';
import { DEFAULT_SETTINGS } from '../../src/domain/client';
import { importIdOf, parseClientId } from '../../src/domain/ids';
import { NO_COUNTS, type ImportRun } from '../../src/domain/import-run';
import { reason } from '../../src/domain/reason/reasons';
import type { CheckedRecord, RejectedRecord } from '../../src/domain/record/record';

const MANY = 20_000;
const clientId = parseClientId('acme')!;
const importId = importIdOf(clientId, 1);
const run: ImportRun = { ...newRun(clientId, 1, { name: 'users.csv', bytes: 1, inode: '1', changedAt: new Date() }), chunks: 1 };
const lines = Array.from({ length: MANY }, (_, n) => n + 2);

/** The step over a world that answers at once; how often it beat, the largest of its calls, and how many users' keys it gave back. */
async function settle({
  deferred,
  rejected,
  attempt,
  cancelledAt,
}: {
  deferred: CheckedRecord[];
  rejected: RejectedRecord[];
  attempt: number;
  cancelledAt?: number;
}) {
  let restored = 0;
  let largest = 0;
  const take = async (items: readonly unknown[]) => void (largest = Math.max(largest, items.length));
  const ports = {
    clients: {
      find: async () => ({
        clientId,
        enabled: true,
        settings: { ...DEFAULT_SETTINGS, failedImportEmail: 'a@b.c', replyToAdminEmail: 'a@b.c' },
      }),
    },
    imports: {
      find: async () => run,
      hasTurn: async () => true,
      newerApplied: async () => [],
      putSettled: async () => true,
      async *settled() {},
      async *chunkResults() {
        yield { n: 0, result: { counts: NO_COUNTS, releaseFor: [], deferred: deferred.map(({ line }) => line) } };
      },
    },
    deferred: {
      read: async (_: unknown, wanted: readonly number[]) => (
        await take(wanted),
        new Map(wanted.map((line) => [line, deferred[line - 2]!]))
      ),
      remove: async () => undefined,
    },
    rejected: {
      remove: async (_: unknown, of: readonly unknown[]) => take(of),
      put: take,
      async *all() {
        yield* rejected;
      },
    },
    users: {
      read: async (ids: readonly unknown[]) => (await take(ids), new Map()),
      compare: async (records: ReadonlyMap<unknown, unknown>) => (await take([...records.keys()]), new Map()),
      holders: async () => ({ emails: new Map(), userNames: new Map() }),
      write: async (_: unknown, writes: readonly unknown[]) => (await take(writes), writes.map(() => 'written')),
      releaseKeys: take,
      restoreKeys: (ids: readonly unknown[]) => ((restored += ids.length), take(ids)),
    },
    changes: { discard: async () => undefined },
    undos: { find: async () => undefined },
    clock: { now: () => new Date() },
  } as unknown as ActivityPorts;
  const environment = new MockActivityEnvironment({ attempt });
  let beats = 0;
  environment.on('heartbeat', () => {
    if (++beats === cancelledAt) environment.cancel();
  });
  const failure = await environment.run(createActivities(ports).applyDeferred, { importId, turn: 1 }).catch((error: unknown) => error);
  return { beats, largest, restored, failure };
}

it('settling looks through rejected records that claim nothing with a beat now and then', async () => {
  const rejected = lines.map((line) => ({ line, uniqueId: '', reasons: [reason('9013', 'uniqueId')] as const, cells: [], claims: {} }));
  expect((await settle({ deferred: [], rejected, attempt: 1 })).beats).toBeGreaterThanOrEqual(MANY / 1_000);
});

it('settling many records again beats at each of its passes, and asks the database for no more than a batch at once', async () => {
  const deferred = lines.map((line) => ({ line, uniqueId: `u${line}`, values: { loginSource: 'OPSCOM' }, active: null, reasons: [] }));
  const { beats, largest, restored } = await settle({ deferred, rejected: [], attempt: 2 });
  // Planning and writing.
  expect(beats).toBeGreaterThanOrEqual((2 * MANY) / 1_000);
  expect(largest).toBeLessThanOrEqual(1_000);
  // What the first attempt may have released.
  expect(restored).toBe(MANY);
});

it('a step that nobody waits for any more ends at its next beat', async () => {
  const deferred = lines.map((line) => ({ line, uniqueId: `u${line}`, values: { loginSource: 'OPSCOM' }, active: null, reasons: [] }));
  const { beats, failure } = await settle({ deferred, rejected: [], attempt: 1, cancelledAt: 5 });
  expect(failure).toBeInstanceOf(CancelledFailure);
  expect(beats).toBe(5);
});

it('an undo beats while it looks through many users without finding one', async () => {
  jest.useFakeTimers();
  const look = async function* () {
    await jest.advanceTimersByTimeAsync(11_000);
    yield* [];
  };
  const ports = {
    clients: { find: async () => ({ clientId, enabled: true, settings: DEFAULT_SETTINGS }) },
    imports: { find: async () => ({ ...run, state: 'finished' }) },
    undos: {
      find: async () => ({ importId, clientId, round: 1, turn: 1, chunks: null, finishedAt: new Date(), failure: null }),
      putChunks: async () => undefined,
      updateOpen: async () => true,
    },
    changes: { created: look, lines: look },
    log: { info: () => undefined },
  } as unknown as ActivityPorts;
  const environment = new MockActivityEnvironment();
  let beats = 0;
  environment.on('heartbeat', () => beats++);
  await environment.run(createActivities(ports).planUndo, { importId, turn: 1 });
  jest.useRealTimers();
  expect(beats).toBe(4);
});

it('work that says nothing of its progress beats by the clock, and no longer than it lasts', async () => {
  jest.useFakeTimers();
  const environment = new MockActivityEnvironment();
  let beats = 0;
  environment.on('heartbeat', () => beats++);
  await environment.run(async () => {
    await whileBeating(() => jest.advanceTimersByTimeAsync(21_000));
    await jest.advanceTimersByTimeAsync(60_000);
  });
  jest.useRealTimers();
  expect(beats).toBe(4);
});
