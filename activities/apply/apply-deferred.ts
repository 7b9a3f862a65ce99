// Settles the records that met another holder of their e-mail or user name, after all chunks: what another accepted record of the file
// gives up may be taken, in whatever order the lines came; what nobody gives up rejects the record. Then looks once more at every
// rejected record, so that it carries this reason, too, beside its own.
//
// Killed anywhere it starts over: writes carry their stamp, keys that were given up are given back at the end, its result is written last.

import { activityInfo, heartbeat } from '@temporalio/activity';
import { userIdOf, type UserId } from '../../src/domain/ids';
import type { CheckedRecord, RawRow } from '../../src/domain/record/record';
import type { Reasons } from '../../src/domain/reason/reasons';
import { settleTakeovers, type Release, type Takeover } from '../../src/domain/decide/settle-takeovers';
import type { RejectedRecord } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { pathsOf } from './apply-chunk';
import { applyRecords, decideOne, type ApplyContext } from './apply-records';
import { beat } from '../heartbeat/beat';
import { inBatches } from '../in-batches';
import { layoutOf, loadImport } from '../load-import';
import { missingTakenReasons } from './missing-taken-reasons';
import { rejectedRecord } from './rejected-record';
import { releasesFor } from './releases-for';
import { supersededBy } from './superseded';
import { takenReasons, takeoversOf } from '../plan/takeovers';
import { requireTurn, type InTurn } from '../turn/require-turn';
import { Tally } from './tally';
import { takenFrom, someReasons, wishesOf } from './wishes';
import { withHeartbeat } from '../heartbeat/with-heartbeat';

const BATCH = 1_000;
/** Others may take values while we settle. Then the rest is settled anew, but no more often than this when nothing came of it. */
const MOST_VAIN_ROUNDS = 5;

type DeferredPorts = Pick<
  ActivityPorts,
  'clients' | 'imports' | 'rejected' | 'users' | 'changes' | 'undos' | 'groups' | 'files' | 'csv' | 'clock' | 'log'
>;
interface Deferred {
  readonly record: CheckedRecord;
  /** The chunk that the record came from. */
  readonly n: number;
}

interface Rejection {
  readonly deferred: Deferred;
  readonly reasons: Reasons;
}

export const applyDeferred =
  (ports: DeferredPorts) =>
  async ({ importId, turn }: InTurn): Promise<{ readonly settled: number }> => {
    const { run, client } = await loadImport(ports, importId);
    const deferred: Deferred[] = [];
    for await (const { n, result } of ports.imports.chunkResults(importId)) {
      if (n === run.chunks) return { settled: result.counts.records };
      deferred.push(...result.deferred.map((record) => ({ record, n })));
    }
    const pass = new DeferredPass(ports, { run, client, isSuperseded: await supersededBy(ports, run) }, turn);
    if (activityInfo().attempt > 1 || run.attempts > 1) await pass.forgetEarlierAttempt(deferred);
    await pass.settle(deferred);
    await pass.completeReasons();
    // One chunk more than the file has: the settlement counts like a chunk.
    await ports.imports.setChunkResult(importId, run.chunks, {
      counts: pass.tally.counts,
      releaseFor: pass.tally.releaseFor,
      deferred: [],
      ...(pass.superseded.length > 0 && { superseded: pass.superseded }),
    });
    return { settled: deferred.length };
  };

class DeferredPass {
  readonly tally = new Tally();
  readonly superseded: number[] = [];
  readonly #ports: DeferredPorts;
  readonly #context: ApplyContext;

  readonly #turn: number;

  constructor(ports: DeferredPorts, context: ApplyContext, turn: number) {
    this.#ports = ports;
    this.#context = context;
    this.#turn = turn;
  }

  async forgetEarlierAttempt(deferred: readonly Deferred[]): Promise<void> {
    for (const batch of inBatches(deferred, BATCH)) {
      await this.#ports.rejected.remove(
        this.#context.run.importId,
        batch.map(({ record }) => record.line),
      );
      beat();
    }
  }

  async settle(deferred: readonly Deferred[]): Promise<void> {
    const rejected: Rejection[] = [];
    try {
      await this.#writeAll(deferred, rejected);
    } finally {
      // Also when the step is cancelled: it may be long until a retry comes to it.
      for (const batch of inBatches(deferred, BATCH)) {
        await this.#ports.users.restoreKeys(batch.map(({ record }) => this.#userIdOf(record)));
        heartbeat();
      }
    }
    await this.#reject(rejected);
  }

  async #writeAll(deferred: readonly Deferred[], rejected: Rejection[]): Promise<void> {
    let open = deferred;
    for (let vainRounds = 0; open.length > 0;) {
      const { possible, impossible, releases } = await this.#plan(open);
      rejected.push(...impossible);
      if (vainRounds === MOST_VAIN_ROUNDS) {
        rejected.push(
          ...possible.map((one) => ({
            deferred: one,
            reasons: someReasons(wishesOf(one.record.values).map(({ field }) => takenFrom(null, field, this.#context.client))),
          })),
        );
        break;
      }
      open = await this.#write(possible, releases, rejected);
      vainRounds = open.length === possible.length ? vainRounds + 1 : 0;
    }
  }

  async #plan(open: readonly Deferred[]) {
    const { run } = this.#context;
    const takeovers: Takeover[] = [];
    const byUser = new Map<UserId, Deferred>();
    for (const batch of inBatches(open, BATCH)) {
      beat();
      const users = await this.#ports.users.read(batch.map(({ record }) => this.#userIdOf(record)));
      const decisions = batch.map((one) => {
        const userId = this.#userIdOf(one.record);
        byUser.set(userId, one);
        return { record: one.record, ...decideOne(this.#context, { record: one.record, mark: undefined }, users.get(userId)) };
      });
      takeovers.push(...(await takeoversOf(this.#ports.users, run.clientId, decisions)));
    }
    const { possible, impossible, releases } = settleTakeovers(takeovers);
    return {
      possible: possible.map(({ userId }) => byUser.get(userId)!),
      impossible: impossible.map(({ takeover, keys }) => ({
        deferred: byUser.get(takeover.userId)!,
        reasons: takenReasons(takeover, keys, this.#context.client),
      })),
      releases,
    };
  }

  /** Returns the records that somebody else was faster with. */
  async #write(possible: readonly Deferred[], releases: readonly Release[], rejected: Rejection[]): Promise<Deferred[]> {
    const again: Deferred[] = [];
    const due = releasesFor(releases);
    for (const batch of inBatches(possible, BATCH)) {
      await requireTurn(this.#ports, { importId: this.#context.run.importId, turn: this.#turn });
      await this.#ports.users.releaseKeys(due(batch.map(({ record }) => this.#userIdOf(record))));
      const applied = await applyRecords(
        this.#ports,
        this.#context,
        batch.map(({ record }) => ({ record, mark: undefined })),
      );
      applied.forEach((one, at) => {
        if (one.kind === 'taken') again.push(batch[at]!);
        else if (one.kind === 'rejected') rejected.push({ deferred: batch[at]!, reasons: one.reasons });
        else {
          this.tally.add(one);
          if (one.kind === 'superseded') this.superseded.push(batch[at]!.record.line);
        }
      });
      beat();
    }
    return again;
  }

  /** The cells as sent are read again from the file: a deferred record was kept without them. */
  async #reject(rejected: readonly Rejection[]): Promise<void> {
    const { run } = this.#context;
    const byChunk = new Map<number, Map<number, { record: CheckedRecord; reasons: Reasons }>>();
    for (const { deferred, reasons } of rejected) {
      const lines = byChunk.get(deferred.n) ?? new Map<number, { record: CheckedRecord; reasons: Reasons }>();
      byChunk.set(deferred.n, lines.set(deferred.record.line, { record: deferred.record, reasons }));
      this.tally.add({ kind: 'rejected', reasons });
    }
    for (const [n, lines] of byChunk) {
      const records: RejectedRecord[] = [];
      for await (const row of this.#rowsOf(n)) {
        const found = lines.get(row.line);
        if (found !== undefined) records.push(rejectedRecord(found.record, found.reasons, row.cells));
      }
      await this.#ports.rejected.put(run.importId, records);
      await this.#ports.changes.discard(run.importId, [...lines.keys()]);
      beat();
    }
  }

  async *#rowsOf(n: number): AsyncGenerator<RawRow> {
    const { run } = this.#context;
    const chunk = await this.#ports.imports.chunk(run.importId, n);
    if (chunk !== undefined) yield* this.#ports.csv.readChunk(pathsOf(this.#ports, run.importId), layoutOf(run), chunk);
  }

  async completeReasons(): Promise<void> {
    const { run, client } = this.#context;
    let batch: RejectedRecord[] = [];
    const complete = async () => {
      const missing = await missingTakenReasons(this.#ports.users, client, batch);
      const completed = batch.map((record, at) => ({ ...record, reasons: [...record.reasons, ...missing[at]!] as const }));
      await this.#ports.rejected.put(
        run.importId,
        completed.filter((_, at) => missing[at]!.length > 0),
      );
      batch = [];
      beat();
    };
    for await (const record of withHeartbeat(this.#ports.rejected.all(run.importId))) {
      if (wishesOf(record.claims).length > 0) batch.push(record);
      if (batch.length === BATCH) await complete();
    }
    if (batch.length > 0) await complete();
  }

  #userIdOf(record: CheckedRecord): UserId {
    return userIdOf(this.#context.run.clientId, record.uniqueId);
  }
}
