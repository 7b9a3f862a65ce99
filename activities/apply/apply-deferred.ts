// Settles the records that met another holder of their e-mail or user name, after all chunks: what another accepted record of the file
// gives up may be taken, in whatever order the lines came; what nobody gives up rejects the record. Then looks once more at every
// rejected record, so that it carries this reason, too, beside its own.
//
// Killed anywhere it goes on where it stopped: writes carry their stamp, keys that were given up are given back, and each part's result
// is written last.

import { activityInfo } from '@temporalio/activity';
import { userIdOf, type ImportId } from '../../src/domain/ids';
import { type CheckedRecord, type RawRow, type RejectedRecord, rejectedRecord } from '../../src/domain/record/record';
import type { Takeover } from '../../src/domain/decide/takeover-plan';
import type { Reasons } from '../../src/domain/reason/reasons';
import type { ChunkResult } from '../../src/domain/file/inspection';
import type { ActivityPorts, Shared } from '../activity-ports';
import { beat, whileBeating, withHeartbeat } from '../heartbeat';
import { inBatches } from '../../src/domain/in-batches';
import { layoutOf, loadImport } from '../load-import';
import { takenReasons, takeoversOf, missingTakenReasons, wishesOf, withReleasedKeys } from '../settle/takeovers';
import { settleInParts, type Due, type Lost, type PartOfSettlement, type Settlement } from '../settle/settle-in-parts';
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
    const settled = await settleInParts(new DeferredRecords(ports, context, isRepeated));
    await ports.deferred.remove(importId, beat);
    return { settled };
  });
}

class DeferredRecords implements Settlement<ChunkResult> {
  readonly importId: ImportId;
  readonly parts: ActivityPorts['imports'];
  readonly #ports: ActivityPorts;
  readonly #context: WriteContext;
  readonly #isRepeated: boolean;
  /** Records that were rejected as they were written, and why. */
  readonly #rejected = new Map<number, Reasons>();
  /** For each chunk that has any: the first of its lines. */
  readonly #firstLines: { readonly n: number; readonly line: number }[] = [];

  constructor(ports: ActivityPorts, context: WriteContext, isRepeated: boolean) {
    this.importId = context.run.importId;
    this.parts = ports.imports;
    this.#ports = ports;
    this.#context = context;
    this.#isRepeated = isRepeated;
  }

  async *deferred(): AsyncGenerator<readonly number[]> {
    for await (const { n, result } of this.#ports.imports.chunkResults(this.importId)) {
      const [first] = result.deferred;
      if (first === undefined) continue;
      this.#firstLines.push({ n, line: first });
      yield result.deferred;
    }
  }

  async takeovers(lines: readonly number[]): Promise<readonly (Takeover | null)[]> {
    const { clientId } = this.#context.run;
    const records = await this.#read(lines);
    const ids = records.map(({ uniqueId }) => userIdOf(clientId, uniqueId));
    if (this.#isRepeated) {
      // What an attempt that died had released, or rejected.
      await this.#ports.users.restoreKeys(ids);
      await this.#ports.rejected.remove(this.importId, lines);
    }
    const planned = await this.#plan(records);
    return planned.map(({ record, decision, takeover }) =>
      decision.kind === 'reject' || this.#rejected.has(record.line) ? null : takeover,
    );
  }

  /** The decision on each of these records now, and which value it would take from which user. */
  async #plan(records: readonly CheckedRecord[]) {
    const { clientId } = this.#context.run;
    const ids = records.map(({ uniqueId }) => userIdOf(clientId, uniqueId));
    const users = await this.#ports.users.read(ids);
    const decisions = records.map((record, at) => ({
      record,
      ...decideOne(this.#context, { record, mark: undefined }, users.get(ids[at]!)),
    }));
    const takeovers = await takeoversOf(this.#ports.users, clientId, decisions);
    return decisions.map((one, at) => ({ ...one, takeover: takeovers[at]! }));
  }

  begin(): PartOfSettlement<ChunkResult> {
    const tally = new Tally();
    const superseded: number[] = [];
    return {
      write: (due) => this.#write(due, tally, superseded),
      leave: (lost) => this.#reject(lost, tally),
      result: () => ({
        counts: tally.counts,
        releaseFor: tally.releaseFor,
        deferred: [],
        ...(superseded.length > 0 && { superseded }),
      }),
    };
  }

  async #write(due: readonly Due[], tally: Tally, superseded: number[]): Promise<readonly number[]> {
    const { clientId } = this.#context.run;
    await requireTurn(this.#ports, { importId: this.importId, turn: this.#context.turn });
    const records = await this.#read(due.map(({ line }) => line));
    const takers = records.map(({ uniqueId, values }, at) => ({
      userId: userIdOf(clientId, uniqueId),
      due: due[at]!,
      wants: wishesOf(values),
    }));
    const candidates = records.map((record) => ({ record, mark: undefined }));
    const applied = await withReleasedKeys(this.#ports.users, clientId, takers, () => applyRecords(this.#ports, this.#context, candidates));
    const again: number[] = [];
    const replacedNothing: number[] = [];
    applied.forEach((one, at) => {
      const { line } = records[at]!;
      // Of a user who was removed meanwhile, an earlier attempt may have put down what it was about to replace.
      if (one.kind === 'unchanged' || one.kind === 'create') replacedNothing.push(line);
      // What it means that somebody else was faster, or that the database refused it, is for the next round to say.
      if (one.kind === 'rejected') this.#rejected.set(line, one.reasons);
      if (one.kind === 'taken' || one.kind === 'rejected') return again.push(line);
      if (one.kind === 'superseded') superseded.push(line);
      return tally.add(one);
    });
    if (this.#isRepeated) await this.#ports.changes.discard(this.importId, replacedNothing);
    return again;
  }

  /** The cells as sent are read again from the file: a deferred record was kept without them. */
  async #reject(lost: readonly Lost[], tally: Tally): Promise<readonly number[]> {
    await requireTurn(this.#ports, { importId: this.importId, turn: this.#context.turn });
    const again: number[] = [];
    for (const [n, ofChunk] of this.#byChunk(lost)) {
      const rows: RawRow[] = [];
      for (const row of await this.#rowsOf(n)) if (ofChunk.has(row.line)) rows.push(row);
      const rejected = await this.#rejectedIn(rows, ofChunk);
      const isRejected = new Set(rejected.map(({ line }) => line));
      again.push(...[...ofChunk.keys()].filter((line) => !isRejected.has(line)));
      for (const { reasons } of rejected) tally.add({ kind: 'rejected', reasons });
      await this.#ports.rejected.put(this.importId, rejected);
      await this.#ports.changes.discard(this.importId, [...isRejected]);
    }
    return again;
  }

  async #rejectedIn(rows: readonly RawRow[], lost: ReadonlyMap<number, Lost>): Promise<readonly RejectedRecord[]> {
    const { run, client } = this.#context;
    const planned = await this.#plan(rows.map(checkerOf(run, client, layoutOf(run))));
    return planned.flatMap(({ record, decision, takeover }, at) => {
      const fields = lost.get(record.line)?.fields ?? wishesOf(record.values).map(({ field }) => field);
      const taken = fields.length === 0 ? undefined : takenReasons(takeover, fields, client);
      const reasons = decision.kind === 'reject' ? decision.reasons : (this.#rejected.get(record.line) ?? taken);
      return reasons === undefined ? [] : [rejectedRecord(record, reasons, rows[at]!.cells)];
    });
  }

  #byChunk(lost: readonly Lost[]): ReadonlyMap<number, ReadonlyMap<number, Lost>> {
    const byChunk = new Map<number, Map<number, Lost>>();
    for (const one of lost) {
      const n = this.#firstLines.findLast(({ line }) => line <= one.line)!.n;
      byChunk.set(n, (byChunk.get(n) ?? new Map<number, Lost>()).set(one.line, one));
    }
    return byChunk;
  }

  async #rowsOf(n: number): Promise<Iterable<RawRow>> {
    const { run } = this.#context;
    const chunk = await this.#ports.imports.chunk(run.importId, n);
    return chunk === undefined ? [] : this.#ports.csv.readChunk(pathsOf(this.#ports, run.importId), layoutOf(run), chunk);
  }

  async #read(lines: readonly number[]): Promise<readonly CheckedRecord[]> {
    const records = await this.#ports.deferred.read(this.importId, lines);
    return lines.map((line) => records.get(line)!);
  }

  async beforeEnd(): Promise<void> {
    for await (const batch of inBatches(withHeartbeat(this.#ports.rejected.all(this.importId)), BATCH)) {
      await this.#completeReasons(batch.filter(({ claims }) => wishesOf(claims).length > 0));
    }
  }

  async #completeReasons(rejected: readonly RejectedRecord[]): Promise<void> {
    const missing = await missingTakenReasons(this.#ports.users, this.#context.client, rejected);
    const completed = rejected
      .map((record, at) => ({ ...record, reasons: [...record.reasons, ...missing[at]!] as const }))
      .filter((_, at) => missing[at]!.length > 0);
    await this.#ports.rejected.put(this.importId, completed);
    beat();
  }
}
