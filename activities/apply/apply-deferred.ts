// Settles the records that met another holder of their e-mail or user name, after all chunks: what another accepted record of the file
// gives up may be taken, in whatever order the lines came; what nobody gives up rejects the record. Then looks once more at every
// rejected record, so that it carries this reason, too, beside its own.
//
// Killed anywhere it goes on where it stopped: writes carry their stamp, keys that were given up are given back, and each part's result
// is written last.

import { activityInfo } from '@temporalio/activity';
import { userIdOf } from '../../src/domain/ids';
import { type CheckedRecord, type RawRow, type RejectedRecord, rejectedRecord } from '../../src/domain/record/record';
import type { Reasons } from '../../src/domain/reason/reasons';
import type { ChunkResult } from '../../src/domain/file/inspection';
import type { ActivityPorts, Shared } from '../activity-ports';
import { beat, whileBeating, withHeartbeat } from '../heartbeat';
import { inBatches } from '../../src/domain/in-batches';
import { layoutOf, loadImport } from '../load-import';
import { takenReasons, takeoversOf, missingTakenReasons, wishesOf, withReleasedKeys } from '../settle/takeovers';
import { settleInParts, type Due, type Lost, type Settlement } from '../settle/settle-in-parts';
import { requireTurn, type InTurn } from '../turn/require-turn';
import { checkerOf, pathsOf } from './apply-chunk';
import { applyRecords, decideOne, type WriteContext, supersededBy } from './apply-records';
import { Tally } from './tally';

const BATCH = 500;

export async function applyDeferred(
  ports: ActivityPorts,
  { importId, turn }: InTurn,
  { keyLooks }: Shared,
): Promise<{ readonly settled: number }> {
  const { run, client } = await loadImport(ports, importId);
  const isRepeated = activityInfo().attempt > 1 || run.attempts > 1;
  const context = { run, client, turn, isSuperseded: await supersededBy(ports, run), mendKeys: keyLooks.mendingOnce(ports, run, turn) };
  return whileBeating(async () => {
    const settled = await settleInParts(deferredRecords(ports, context, isRepeated));
    await ports.deferred.remove(importId, beat);
    return { settled };
  });
}

function deferredRecords(ports: ActivityPorts, context: WriteContext, isRepeated: boolean): Settlement<ChunkResult> {
  const { run, client, turn } = context;
  const { importId, clientId } = run;
  const idsOf = (records: readonly CheckedRecord[]) => records.map(({ uniqueId }) => userIdOf(clientId, uniqueId));
  /** Records that were rejected as they were written, and why. */
  const rejectedAsWritten = new Map<number, Reasons>();
  /** For each chunk that has any: the first of its lines. */
  const firstLines: { readonly n: number; readonly line: number }[] = [];

  const read = async (lines: readonly number[]): Promise<readonly CheckedRecord[]> => {
    const records = await ports.deferred.read(importId, lines);
    return lines.map((line) => records.get(line)!);
  };

  /** The decision on each of these records now, and which value it would take from which user. */
  const plan = async (records: readonly CheckedRecord[]) => {
    const ids = idsOf(records);
    const users = await ports.users.read(ids);
    const decisions = records.map((record, at) => ({
      record,
      ...decideOne(context, { record, mark: undefined }, users.get(ids[at]!)),
    }));
    const takeovers = await takeoversOf(ports.users, clientId, decisions);
    return decisions.map((one, at) => ({ ...one, takeover: takeovers[at]! }));
  };

  const write = async (due: readonly Due[], tally: Tally, superseded: number[]): Promise<readonly number[]> => {
    await requireTurn(ports, { importId, turn });
    const records = await read(due.map(({ line }) => line));
    const ids = idsOf(records);
    const takers = records.map(({ values }, at) => ({ userId: ids[at]!, due: due[at]!, wants: wishesOf(values) }));
    const candidates = records.map((record) => ({ record, mark: undefined }));
    const applied = await withReleasedKeys(ports.users, clientId, takers, () => applyRecords(ports, context, candidates));
    const again: number[] = [];
    const replacedNothing: number[] = [];
    applied.forEach((one, at) => {
      const { line } = records[at]!;
      // Of a user who was removed meanwhile, an earlier attempt may have put down what it was about to replace.
      if (one.kind === 'unchanged' || one.kind === 'create') replacedNothing.push(line);
      // What it means that somebody else was faster, or that the database refused it, is for the next round to say.
      if (one.kind === 'rejected') rejectedAsWritten.set(line, one.reasons);
      if (one.kind === 'taken' || one.kind === 'rejected') return again.push(line);
      if (one.kind === 'superseded') superseded.push(line);
      return tally.add(one);
    });
    if (isRepeated) await ports.changes.discard(importId, replacedNothing);
    return again;
  };

  /** The cells as sent are read again from the file: a deferred record was kept without them. */
  const reject = async (lost: readonly Lost[], tally: Tally): Promise<readonly number[]> => {
    await requireTurn(ports, { importId, turn });
    const again: number[] = [];
    for (const [n, ofChunk] of byChunk(lost)) {
      const rows: RawRow[] = [];
      for (const row of await rowsOf(n)) if (ofChunk.has(row.line)) rows.push(row);
      const rejected = await rejectedIn(rows, ofChunk);
      const isRejected = new Set(rejected.map(({ line }) => line));
      again.push(...[...ofChunk.keys()].filter((line) => !isRejected.has(line)));
      for (const { reasons } of rejected) tally.add({ kind: 'rejected', reasons });
      await ports.rejected.put(importId, rejected);
      await ports.changes.discard(importId, [...isRejected]);
    }
    return again;
  };

  const rejectedIn = async (rows: readonly RawRow[], lost: ReadonlyMap<number, Lost>): Promise<readonly RejectedRecord[]> => {
    const planned = await plan(rows.map(checkerOf(run, client, layoutOf(run))));
    return planned.flatMap(({ record, decision, takeover }, at) => {
      const fields = lost.get(record.line)?.fields ?? wishesOf(record.values).map(({ field }) => field);
      const taken = fields.length === 0 ? undefined : takenReasons(takeover, fields, client);
      const reasons = decision.kind === 'reject' ? decision.reasons : (rejectedAsWritten.get(record.line) ?? taken);
      return reasons === undefined ? [] : [rejectedRecord(record, reasons, rows[at]!.cells)];
    });
  };

  const byChunk = (lost: readonly Lost[]): ReadonlyMap<number, ReadonlyMap<number, Lost>> => {
    const found = new Map<number, Map<number, Lost>>();
    for (const one of lost) {
      const n = firstLines.findLast(({ line }) => line <= one.line)!.n;
      found.set(n, (found.get(n) ?? new Map<number, Lost>()).set(one.line, one));
    }
    return found;
  };

  const rowsOf = async (n: number): Promise<Iterable<RawRow>> => {
    const chunk = await ports.imports.chunk(importId, n);
    return chunk === undefined ? [] : ports.csv.readChunk(pathsOf(ports, importId), layoutOf(run), chunk);
  };

  const completeReasons = async (rejected: readonly RejectedRecord[]): Promise<void> => {
    const missing = await missingTakenReasons(ports.users, client, rejected);
    const completed = rejected
      .map((record, at) => ({ ...record, reasons: [...record.reasons, ...missing[at]!] as const }))
      .filter((_, at) => missing[at]!.length > 0);
    await ports.rejected.put(importId, completed);
    beat();
  };

  return {
    importId,
    parts: ports.imports,
    async *deferred() {
      for await (const { n, result } of ports.imports.chunkResults(importId)) {
        const [first] = result.deferred;
        if (first === undefined) continue;
        firstLines.push({ n, line: first });
        yield result.deferred;
      }
    },
    async takeovers(lines) {
      const records = await read(lines);
      if (isRepeated) {
        // What an attempt that died had released, or rejected.
        await ports.users.restoreKeys(idsOf(records));
        await ports.rejected.remove(importId, lines);
      }
      const planned = await plan(records);
      return planned.map(({ record, decision, takeover }) =>
        decision.kind === 'reject' || rejectedAsWritten.has(record.line) ? null : takeover,
      );
    },
    begin() {
      const tally = new Tally();
      const superseded: number[] = [];
      return {
        write: (due) => write(due, tally, superseded),
        leave: (lost) => reject(lost, tally),
        result: () => ({
          counts: tally.counts,
          releaseFor: tally.releaseFor,
          deferred: [],
          ...(superseded.length > 0 && { superseded }),
        }),
      };
    },
    async beforeEnd() {
      for await (const batch of inBatches(withHeartbeat(ports.rejected.all(importId)), BATCH)) {
        await completeReasons(batch.filter(({ claims }) => wishesOf(claims).length > 0));
      }
    },
  };
}
