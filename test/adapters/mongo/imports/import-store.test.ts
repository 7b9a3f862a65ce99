// Imports, their order, their chunks and their rejected records against the engine in use.

import { mongo as driver } from 'mongoose';
import { type ImportId, importIdOf } from '../../../../src/domain/ids';
import { type ImportRun, NO_COUNTS } from '../../../../src/domain/import-run';
import { IMPORT_STATES, statesThat, type ImportState } from '../../../../src/domain/import-state';
import { reason as reasonOf } from '../../../../src/domain/reason/reasons';
import type { SettledPart } from '../../../../src/ports';
import type { Chunk, ChunkResult } from '../../../../src/domain/file/inspection';
import type { RejectedRecord } from '../../../../src/domain/record/record';
import type { ImportQuery } from '../../../../src/domain/import-stats';
import { useMongo } from '../../../support/use-mongo';

const mongo = useMongo();
const STATES = statesThat(() => true);

const importId = (seq: number): ImportId => importIdOf(mongo.clientId, seq);
const run = (seq: number, change: Partial<ImportRun> = {}): ImportRun => ({
  importId: importId(seq),
  clientId: mongo.clientId,
  seq,
  fileName: 'üsers $1.csv',
  bytes: 120,
  inode: '4711',
  sha256: null,
  state: 'claiming',
  outcome: null,
  refusal: null,
  receivedAt: new Date(Date.UTC(2026, 0, seq)),
  startedAt: null,
  finishedAt: null,
  askedAt: new Date('2026-11-20T18:00:00.000Z'),
  turn: null,
  attempts: 1,
  counts: NO_COUNTS,
  reasonCounts: {},
  layout: null,
  chunks: 0,
  inactiveRecords: 0,
  goAhead: null,
  held: null,
  sameAs: null,
  report: 'none',
  backup: null,
  rejectedDigest: null,
  failure: null,
  ...change,
});
const insert = (...runs: ImportRun[]) => Promise.all(runs.map((one) => mongo.store.imports.insert(one)));
const idsOf = (runs: readonly ImportRun[]) => runs.map((one) => one.importId);

const list = (query: { states?: ImportState[]; outcomes?: ['refused']; limit?: number }) =>
  mongo.store.imports.list({ clientIds: [mongo.clientId], limit: 9, ...query }).then(idsOf);
const chunk = (n: number): Chunk => ({
  n,
  start: n * 100,
  end: n * 100 + 100,
  firstLine: n * 10 + 2,
  records: 10,
  marks: [{ line: n * 10 + 3, repeats: true, reasons: [] }],
});
const result = (created: number): ChunkResult => ({
  counts: { ...NO_COUNTS, records: 10, created },
  releaseFor: [],
  deferred: [4, 7],
});
const rejected = (line: number, text = 'x'): RejectedRecord => ({
  line,
  uniqueId: `u${line}`,
  reasons: [{ code: '9019', field: 'email', message: 'Another user has this e-mail.' }],
  cells: [`u${line}`, text, ''],
  claims: { email: 'a@example.edu' },
});
const settledOf = async (seq: number) => {
  const parts: SettledPart<ChunkResult>[] = [];
  for await (const part of mongo.store.imports.settled(importId(seq))) parts.push(part);
  return parts;
};
const allRejected = async (seq = 1) => {
  const records: RejectedRecord[] = [];
  for await (const record of mongo.store.rejected.all(importId(seq))) records.push(record);
  return records;
};

describe('sequence numbers', () => {
  test('are given out once each, however many ask at the same time', async () => {
    const numbers = await Promise.all(Array.from({ length: 40 }, () => mongo.store.imports.nextSeq(mongo.clientId)));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
  });
});

describe('an import', () => {
  test('keeps every retry as it is written, oldest first; one that was never retried has none', async () => {
    const { imports } = mongo.store;
    await insert(run(1, { state: 'failed' }));
    expect((await imports.find(importId(1)))?.retries ?? []).toEqual([]);
    const retries = ['disk was full', 'again'].map((reason, at) => ({ at: new Date(at), by: 'pat', reason }));
    expect(await imports.advance(importId(1), 'queued', { retries })).toBe(true);
    expect((await imports.find(importId(1)))?.retries).toEqual(retries);
  });

  test('is found as it was inserted', async () => {
    const full = run(1, {
      state: 'finished',
      outcome: 'imported-with-failures',
      sha256: 'ab'.repeat(32),
      refusal: { code: 'HEADER_UNKNOWN', message: 'Column 3 is unknown.', line: 1 },
      startedAt: new Date(5),
      finishedAt: new Date(6),
      counts: { ...NO_COUNTS, records: 7, rejected: 2 },
      reasonCounts: { '9019': 2 },
      layout: { encoding: 'utf-8', delimiter: ';', headers: ['unique_id', '  Login_Source'], ignoredHeaders: [], droppedBack: false },
      chunks: 3,
      inactiveRecords: 0,
      goAhead: null,
      held: null,
      sameAs: importId(9),
      report: 'sent',
      backup: '.bak/users.csv',
      rejectedDigest: 'cd',
    });
    await insert(full, run(2));
    expect(await mongo.store.imports.find(importId(1))).toEqual(full);
    expect(await mongo.store.imports.find(importId(2))).toEqual(run(2));
    expect(await mongo.store.imports.find(importId(3))).toBeUndefined();
  });

  test('changes only in what an update names, down to null', async () => {
    await insert(run(1, { failure: 'The disk is full.' }));
    await mongo.store.imports.update(importId(1), { chunks: 7, reasonCounts: {}, failure: null });
    expect(await mongo.store.imports.find(importId(1))).toEqual(run(1, { chunks: 7 }));
  });

  test('that does not exist cannot be updated', async () => {
    await expect(mongo.store.imports.update(importId(1), { chunks: 7 })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('is removed only while its file is unclaimed', async () => {
    await insert(run(1), run(2, { state: 'queued' }));
    await mongo.store.imports.removeUnclaimed(importId(1));
    await mongo.store.imports.removeUnclaimed(importId(2));
    expect(idsOf(await mongo.store.imports.list({ clientIds: [mongo.clientId], limit: 9 }))).toEqual([importId(2)]);
  });
});

describe('lists', () => {
  test('are newest first, filtered and cut', async () => {
    await insert(
      run(2, { state: 'finished', outcome: 'refused' }),
      run(10, { state: 'failed' }),
      run(9, { state: 'finished', outcome: 'imported' }),
    );
    expect(await list({})).toEqual([importId(10), importId(9), importId(2)]);
    expect(await list({ limit: 2 })).toEqual([importId(10), importId(9)]);
    expect(await mongo.store.imports.listIds({ clientIds: [mongo.clientId], limit: 2 })).toEqual([importId(10), importId(9)]);
    expect(await list({ states: ['finished'] })).toEqual([importId(9), importId(2)]);
    expect(await list({ outcomes: ['refused'] })).toEqual([importId(2)]);
  });

  test('know several outcomes, reports and times, and count the same', async () => {
    const [early, late] = [new Date('2030-01-01T00:00:00Z'), new Date('2030-01-02T00:00:00Z')];
    await insert(
      run(1, { state: 'finished', outcome: 'refused', report: 'failed', finishedAt: late, receivedAt: early }),
      run(2, { state: 'finished', outcome: 'imported', report: 'failed', finishedAt: late, receivedAt: late, expiredAt: late }),
      // The e-mail of one that has not ended has not failed, whatever is written there.
      run(3, { state: 'reporting', outcome: 'declined', report: 'failed', receivedAt: late }),
    );
    const asked = async (query: ImportQuery) => {
      const those = { clientIds: [mongo.clientId, 'zz-other' as typeof mongo.clientId], ...query };
      const ids = idsOf(await mongo.store.imports.list({ ...those, limit: 9 }));
      expect(await mongo.store.imports.count(those)).toBe(ids.length);
      let summed = 0;
      for await (const { counts } of mongo.store.imports.each(those)) summed += 1 + counts.records;
      expect(summed).toBe(ids.length);
      return ids.toSorted();
    };
    expect(await asked({})).toEqual([importId(1), importId(2), importId(3)]);
    expect(await asked({ outcomes: ['refused', 'declined'] })).toEqual([importId(1), importId(3)]);
    expect(await asked({ reports: ['failed'] })).toEqual([importId(1), importId(2)]);
    expect(await asked({ reports: ['failed'], isKept: true })).toEqual([importId(1)]);
    expect(await asked({ since: late })).toEqual([importId(2), importId(3)]);
    expect(await asked({ until: late })).toEqual([importId(1)]);
    expect(await asked({ since: early, until: early })).toEqual([]);
  });

  test('over all clients go by the time of receipt', async () => {
    // Later than what the other tests of this file leave.
    const late = new Date('2031-01-01T00:00:00Z');
    const later = new Date('2031-01-02T00:00:00Z');
    const other = 'zz-other' as typeof mongo.clientId;
    await insert(run(7, { receivedAt: later }), run(1, { importId: importIdOf(other, 1), clientId: other, receivedAt: late }));
    expect(idsOf(await mongo.store.imports.list({ limit: 2 }))).toEqual([importId(7), importIdOf(other, 1)]);
    expect(await mongo.store.imports.listIds({ limit: 2 })).toEqual([importId(7), importIdOf(other, 1)]);
  });

  test('of open imports are in order of sequence', async () => {
    await insert(run(3, { state: 'held' }), run(1, { state: 'queued' }), run(2, { state: 'finished' }), run(12, { state: 'queued' }));
    expect(idsOf(await mongo.store.imports.inOrder(mongo.clientId, ['queued', 'held']))).toEqual([importId(1), importId(3), importId(12)]);
  });
});

describe('earlier and newer imports', () => {
  test('the newest ended one with the same bytes, and the one directly before', async () => {
    await insert(
      run(1, { state: 'finished', sha256: 'aa' }),
      run(2, { state: 'undone', sha256: 'aa' }),
      run(3, { state: 'failed', sha256: 'aa' }),
      run(4, { state: 'finished', sha256: 'bb' }),
      run(6, { state: 'finished', sha256: 'aa' }),
    );
    const { sameBytes, previous } = await mongo.store.imports.earlier(mongo.clientId, 5, 'aa');
    expect([sameBytes?.importId, previous?.importId]).toEqual([importId(2), importId(4)]);
    expect(await mongo.store.imports.earlier(mongo.clientId, 1, 'aa')).toEqual({ sameBytes: undefined, previous: undefined });
  });

  test('newer ones that have begun to apply their file, however they went on, not those that never will, were just approved or undone', async () => {
    const now = new Date();
    const approvedAt = (at: Date): ImportRun['held'] => {
      const decided = { verdict: 'approve', reason: 'x', by: 'pat', at } as const;
      return { archives: 1, permits: 0, activeUsers: 1, emailChanges: 0, userNameChanges: 0, since: at, until: at, decided };
    };
    await insert(
      run(1, { state: 'applying', goAhead: 'whole' }),
      run(3, { state: 'applying', goAhead: 'whole' }),
      run(4, { state: 'finished', outcome: 'imported', goAhead: 'without-archives' }),
      run(5, { state: 'finished', outcome: 'refused' }),
      run(6, { state: 'backing-up', outcome: 'declined', goAhead: 'declined' }),
      run(7, { state: 'held' }),
      run(8, { state: 'failed', goAhead: 'whole' }),
      run(9, { state: 'undone', outcome: 'imported', goAhead: 'whole' }),
      run(10, { state: 'inspecting' }),
      run(11, { state: 'queued', goAhead: 'whole', held: approvedAt(now), askedAt: now }),
      run(12, { state: 'queued', goAhead: 'whole', held: approvedAt(now), askedAt: new Date(now.getTime() + 1) }),
    );
    expect(await mongo.store.imports.newerApplied(mongo.clientId, 2)).toEqual([importId(3), importId(4), importId(8), importId(12)]);
  });

  test('is moved to another state only as the table of states says, from each of them', async () => {
    const { imports } = mongo.store;
    for (const from of STATES) {
      for (const to of STATES) {
        await insert(run(1, { state: from }));
        expect([from, to, await imports.advance(importId(1), to)]).toEqual([from, to, IMPORT_STATES[to].from.includes(from)]);
        expect((await imports.find(importId(1)))?.state).toBe(IMPORT_STATES[to].from.includes(from) ? to : from);
        await mongo.collection('imports').deleteMany({ _id: importId(1) as never });
      }
    }
  });

  test('has its turn while it is in a state that may write, and no longer', async () => {
    const { imports } = mongo.store;
    for (const state of STATES) {
      await insert(run(1, { state, turn: 4 }));
      expect([state, await imports.hasTurn(importId(1), 4), await imports.hasTurn(importId(1), 3)]).toEqual([
        state,
        IMPORT_STATES[state].holdsTurn,
        false,
      ]);
      await mongo.collection('imports').deleteMany({ _id: importId(1) as never });
    }
  });

  test('an update that expects something changes nothing else', async () => {
    await insert(run(1, { state: 'applying', finishedAt: null, layout: null }), run(2, { state: 'finished', finishedAt: new Date() }));
    const { imports } = mongo.store;
    expect(await imports.updateIf(importId(1), { state: ['inspecting', 'applying'] }, { bytes: 8 })).toBe(true);
    expect(await imports.updateIf(importId(1), { state: ['held'] }, { bytes: 9 })).toBe(false);
    expect(await imports.advance(importId(1), 'releasing', {}, { turn: 4 })).toBe(false);
    expect(await imports.advance(importId(1), 'releasing', {}, { turn: null })).toBe(true);
    expect(await imports.updateIf(importId(1), { layout: null, finishedAt: null }, { chunks: 7 })).toBe(true);
    expect(await imports.updateIf(importId(2), { finishedAt: null }, { chunks: 7 })).toBe(false);
    expect(await mongo.store.imports.find(importId(1))).toMatchObject({ state: 'releasing', chunks: 7, bytes: 8 });
    expect(await mongo.store.imports.find(importId(2))).toMatchObject({ state: 'finished', chunks: 0 });
  });
});

describe('chunks', () => {
  test('come back as they were put, with their result once they have one', async () => {
    await mongo.store.imports.putChunks(importId(1), [chunk(0), chunk(1)]);
    await mongo.store.imports.setChunkResult(importId(1), 1, result(3));
    expect(await mongo.store.imports.chunk(importId(1), 0)).toEqual({ ...chunk(0), result: undefined });
    expect(await mongo.store.imports.chunk(importId(1), 1)).toEqual({ ...chunk(1), result: result(3) });
    expect(await mongo.store.imports.chunk(importId(1), 2)).toBeUndefined();
  });

  test('keep their first result', async () => {
    await mongo.store.imports.putChunks(importId(1), [chunk(0)]);
    await mongo.store.imports.setChunkResult(importId(1), 0, result(3));
    await mongo.store.imports.setChunkResult(importId(1), 0, result(4));
    expect((await mongo.store.imports.chunk(importId(1), 0))!.result).toEqual(result(3));
    const part = { n: 0, lines: [7, 4], result: result(3), isLast: false };
    expect(await mongo.store.imports.putSettled(importId(1), part)).toBe(true);
    expect(await mongo.store.imports.putSettled(importId(1), { ...part, lines: [9], result: result(4) })).toBe(false);
    expect(await settledOf(1)).toEqual([part]);
  });

  test('results come in order of n, with the settlement of deferred records behind the last', async () => {
    await mongo.store.imports.putChunks(
      importId(1),
      Array.from({ length: 1200 }, (_, n) => chunk(n)),
    );
    await mongo.store.imports.putChunks(importId(10), [chunk(0)]);
    for (const n of [10, 2, 999, 1000]) await mongo.store.imports.setChunkResult(importId(1), n, result(n));
    for (const n of [1, 0]) await mongo.store.imports.putSettled(importId(1), { n, lines: [n], result: result(n), isLast: n === 1 });
    const seen: number[] = [];
    for await (const one of mongo.store.imports.chunkResults(importId(1))) {
      expect(one.result).toEqual(result(one.n));
      seen.push(one.n);
    }
    expect(seen).toEqual([2, 10, 999, 1000, 0, 1]);
    expect((await settledOf(1)).map(({ n, isLast }) => [n, isLast])).toEqual([
      [0, false],
      [1, true],
    ]);
  });

  test('are replaced, results and all, by those of a new inspection, and only those of this import', async () => {
    await mongo.store.imports.putChunks(importId(1), [chunk(0), chunk(1), chunk(2)]);
    await mongo.store.imports.putChunks(importId(11), [chunk(0)]);
    await mongo.store.imports.setChunkResult(importId(1), 0, result(1));
    await mongo.store.imports.putChunks(importId(1), [chunk(0)]);
    expect(await mongo.store.imports.chunk(importId(1), 0)).toEqual({ ...chunk(0), result: undefined });
    expect(await mongo.store.imports.chunk(importId(1), 1)).toBeUndefined();
    expect(await mongo.store.imports.chunk(importId(11), 0)).toBeDefined();
  });

  test('with very many marks are put in parts that each hold only so many of them, and made no sooner', async () => {
    const sizes: number[] = [];
    const insertMany = Reflect.get(driver.Collection.prototype, 'insertMany') as driver.Collection['insertMany'];
    jest.spyOn(driver.Collection.prototype, 'insertMany').mockImplementation(function (this: driver.Collection, ...args) {
      sizes.push(args[0].length);
      return insertMany.apply(this, args);
    });
    const made: number[] = [];
    function* chunks() {
      for (let n = 0; n < 5; n++) {
        made.push(sizes.length);
        yield { ...chunk(n), marks: Array.from({ length: 5_000 }, (_, line) => ({ line, repeats: true, reasons: [] })) };
      }
    }
    await mongo.store.imports.putChunks(importId(1), chunks());
    jest.restoreAllMocks();
    expect(sizes).toEqual([2, 2, 1]);
    expect(made).toEqual([0, 0, 1, 1, 2]);
    expect((await mongo.store.imports.chunk(importId(1), 4))!.marks).toHaveLength(5_000);
  });

  test('none is fine, too', async () => {
    await mongo.store.imports.putChunks(importId(1), []);
    expect(await mongo.store.imports.chunk(importId(1), 0)).toBeUndefined();
  });
});

describe('rejected records', () => {
  test('come back by line, of this import only', async () => {
    await mongo.store.rejected.put(importId(1), [rejected(100_000), rejected(9), rejected(20)]);
    await mongo.store.rejected.put(importId(12), [rejected(3)]);
    expect(await allRejected()).toEqual([rejected(9), rejected(20), rejected(100_000)]);
    expect(await mongo.store.rejected.count(importId(1))).toBe(3);
  });

  test('of a chunk that is repeated are replaced in its range, the first line in, the last one out', async () => {
    await mongo.store.rejected.put(
      importId(1),
      [1, 10, 15, 19, 20].map((line) => rejected(line)),
    );
    await mongo.store.rejected.replaceRange(importId(1), 10, 20, [rejected(12), rejected(15, 'again')]);
    expect(await allRejected()).toEqual([rejected(1), rejected(12), rejected(15, 'again'), rejected(20)]);
    await mongo.store.rejected.replaceRange(importId(1), 10, 20, []);
    expect(await allRejected()).toEqual([rejected(1), rejected(20)]);
  });

  test('are removed by their lines, and no others', async () => {
    await mongo.store.rejected.put(importId(1), [rejected(1), rejected(2), rejected(3)]);
    await mongo.store.rejected.put(importId(2), [rejected(2)]);
    await mongo.store.rejected.remove(importId(1), [1, 2, 9]);
    await mongo.store.rejected.remove(importId(1), []);
    expect(await allRejected(1)).toEqual([rejected(3)]);
    expect(await allRejected(2)).toEqual([rejected(2)]);
  });

  test('put again, a record is replaced', async () => {
    await mongo.store.rejected.put(importId(1), [rejected(5)]);
    await mongo.store.rejected.put(importId(1), [{ ...rejected(5), claims: {}, reasons: [reasonOf('9014', 'loginSource')] }]);
    expect(await allRejected()).toEqual([{ ...rejected(5), claims: {}, reasons: [reasonOf('9014', 'loginSource')] }]);
  });

  test('may be thousands', async () => {
    const many = Array.from({ length: 3500 }, (_, i) => rejected(i + 2));
    await mongo.store.rejected.put(importId(1), many);
    expect(await allRejected()).toEqual(many);
  });
});

describe('the outbox', () => {
  test('knows nothing of a report until told, then what was told last', async () => {
    expect(await mongo.store.outbox.state(importId(1), 'report')).toBe('pending');
    await mongo.store.outbox.setState(importId(1), 'report', 'failed', new Date(1));
    await mongo.store.outbox.setState(importId(1), 'report', 'sent', new Date(2));
    expect(await mongo.store.outbox.state(importId(1), 'report')).toBe('sent');
    expect(await mongo.store.outbox.state(importId(2), 'report')).toBe('pending');
  });

  test('finds events for webhooks that were given up, and those of an import that were not taken', async () => {
    const { outbox } = mongo.store;
    await outbox.setIfPending(importId(1), 'webhook-finished-client', 'failed', new Date(1_000), 'It was asleep.');
    await outbox.setIfPending(importId(2), 'webhook-held_1-installation', 'failed', new Date(2_000), 'It was away.');
    // It wants no more.
    await outbox.setState(importId(2), 'webhook-failed_1-client', 'failed', new Date(2_000));
    await outbox.setState(importId(2), 'webhook-finished-client', 'pending', new Date(3_000), 'It is asleep.');
    await outbox.setState(importId(2), 'webhook-finished-installation', 'sent', new Date(3_000));
    await outbox.setState(importId(2), 'report', 'failed', new Date(3_000));
    const [first, second] = [
      { importId: importId(1), receiver: 'client' },
      { importId: importId(2), receiver: 'installation' },
    ];
    expect(await outbox.webhooksGivenUp(new Date(1_000))).toEqual([second, first]);
    expect(await outbox.webhooksGivenUp(new Date(1_001))).toEqual([second]);
    expect(await outbox.webhooksNotTaken(importId(2))).toEqual([
      { id: `${importId(2)}_failed_1`, kind: 'webhook-failed_1-client', state: 'failed', at: new Date(2_000), why: null },
      { id: `${importId(2)}_held_1`, kind: 'webhook-held_1-installation', state: 'failed', at: new Date(2_000), why: 'It was away.' },
      { id: `${importId(2)}_finished`, kind: 'webhook-finished-client', state: 'pending', at: new Date(3_000), why: 'It is asleep.' },
    ]);
  });

  test('an event of which it is known how it ended stays so, and one that was taken after all was not given up', async () => {
    const { outbox } = mongo.store;
    const set = (state: 'pending' | 'failed') =>
      outbox.setIfPending(importId(1), 'webhook-finished-client', state, new Date(5_000), 'Why.');
    expect([await set('pending'), await set('failed'), await set('pending')]).toEqual([true, true, false]);
    expect(await outbox.webhooksGivenUp(new Date(5_000))).toEqual([{ importId: importId(1), receiver: 'client' }]);
    await outbox.setState(importId(1), 'webhook-finished-client', 'sent', new Date(6_000));
    expect(await set('failed')).toBe(false);
    expect([await outbox.webhooksGivenUp(new Date(5_000)), await outbox.webhooksNotTaken(importId(1))]).toEqual([[], []]);
  });

  test('keeps why an e-mail failed until it is sent again', async () => {
    const { outbox } = mongo.store;
    await outbox.setState(importId(1), 'undo', 'failed', new Date(1), 'The mail server refused it.');
    expect(await outbox.whyFailed(importId(1), 'undo')).toBe('The mail server refused it.');
    expect(await outbox.whyFailed(importId(1), 'hold')).toBeNull();
    expect(await outbox.failedAmong([importId(1), importId(2)], 'undo')).toEqual(new Set([importId(1)]));
    expect(await outbox.failedAmong([importId(1), importId(2)], 'hold')).toEqual(new Set());
    await outbox.setState(importId(1), 'undo', 'pending', new Date(2));
    await outbox.setState(importId(1), 'undo', 'failed', new Date(3));
    expect(await outbox.whyFailed(importId(1), 'undo')).toBeNull();
  });
});
