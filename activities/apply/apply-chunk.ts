// Checks, decides and writes the records of one chunk. Killed anywhere, it is simply run again: users carry the stamp of this import
// and line, rejected records are replaced, and the result is written last and counts once.

import { activityInfo } from '@temporalio/activity';
import { checkHeader } from '../../src/domain/file/check-header';
import type { ImportId } from '../../src/domain/ids';
import type { Client } from '../../src/domain/client';
import type { FileLayout, ImportRun } from '../../src/domain/import-run';
import type { CheckedRecord, FileMark, RawRow } from '../../src/domain/record/record';
import { recordChecker } from '../../src/domain/record/record-checker';
import { ImportsError } from '../../src/errors';
import type { Chunk, RejectedRecord } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { applyRecords, type ApplyContext } from './apply-records';
import { beat } from '../heartbeat/beat';
import { layoutOf, loadImport } from '../load-import';
import { rejectedRecord } from './rejected-record';
import { supersededBy } from './superseded';
import { requireTurn, type InTurn } from '../turn/require-turn';
import { Tally } from './tally';

/** Records read and written at once. Not more: with four chunks in flight, what lives long enough to be moved costs more than it saves. */
const BATCH = 250;

type ChunkPorts = Pick<
  ActivityPorts,
  'clients' | 'imports' | 'deferred' | 'rejected' | 'users' | 'changes' | 'undos' | 'groups' | 'files' | 'csv' | 'clock' | 'log'
>;

export const applyChunk =
  (ports: ChunkPorts) =>
  async ({ importId, turn, n }: InTurn & { readonly n: number; readonly of: number }): Promise<{ readonly records: number }> => {
    const chunk = await ports.imports.chunk(importId, n);
    if (chunk === undefined) throw new ImportsError('INVARIANT', `Import ${importId} has no chunk ${n}.`);
    if (chunk.result !== undefined) return { records: chunk.records };
    const { run, client } = await loadImport(ports, importId);
    const context = { run, client, isSuperseded: await supersededBy(ports, run) };
    const pass = new ChunkPass(ports, context, chunk.marks, turn);
    const check = checkerOf(run, client, layoutOf(run));
    let batch: RawRow[] = [];
    let last = chunk.firstLine;
    for await (const row of ports.csv.readChunk(pathsOf(ports, importId), layoutOf(run), chunk)) {
      batch.push(row);
      last = row.line;
      if (batch.length < BATCH) continue;
      await pass.take(batch, check);
      batch = [];
      beat();
    }
    await pass.take(batch, check);
    // Another worker took us for dead, and by now what it deferred may have been settled and rejected in this range.
    if ((await ports.imports.chunk(importId, n))?.result !== undefined) return { records: chunk.records };
    await requireTurn(ports, { importId, turn });
    if (activityInfo().attempt > 1 || run.attempts > 1) await ports.changes.discard(importId, pass.unwritten);
    await ports.rejected.replaceRange(importId, chunk.firstLine, last + 1, pass.rejected);
    await ports.imports.setChunkResult(importId, n, {
      counts: pass.tally.counts,
      releaseFor: pass.tally.releaseFor,
      deferred: pass.deferred,
      ...(pass.superseded.length > 0 && { superseded: pass.superseded }),
    });
    return { records: chunk.records };
  };

class ChunkPass {
  readonly tally = new Tally();
  readonly rejected: RejectedRecord[] = [];
  readonly deferred: number[] = [];
  readonly superseded: number[] = [];
  readonly unwritten: number[] = [];
  readonly #ports: ChunkPorts;
  readonly #context: ApplyContext;
  readonly #marks: ReadonlyMap<number, FileMark>;
  readonly #turn: number;

  constructor(ports: ChunkPorts, context: ApplyContext, marks: Chunk['marks'], turn: number) {
    this.#ports = ports;
    this.#context = context;
    this.#marks = new Map(marks.map((mark) => [mark.line, mark]));
    this.#turn = turn;
  }

  async take(rows: readonly RawRow[], check: (row: RawRow) => CheckedRecord): Promise<void> {
    const candidates: { record: CheckedRecord; mark: FileMark | undefined; cells: readonly string[] }[] = [];
    for (const row of rows) {
      const mark = this.#marks.get(row.line);
      this.tally.count('records');
      if (mark?.repeats === true) this.tally.count('repeated');
      else candidates.push({ record: check(row), mark, cells: row.cells });
    }
    await requireTurn(this.#ports, { importId: this.#context.run.importId, turn: this.#turn });
    const applied = await applyRecords(this.#ports, this.#context, candidates);
    const deferred = candidates.flatMap(({ record }, at) => (applied[at]!.kind === 'taken' ? [record] : []));
    await this.#ports.deferred.put(this.#context.run.importId, deferred);
    applied.forEach((one, at) => {
      const { record, cells } = candidates[at]!;
      if (one.kind === 'rejected' || one.kind === 'unchanged') this.unwritten.push(record.line);
      if (one.kind === 'taken') this.deferred.push(record.line);
      else this.tally.add(one);
      if (one.kind === 'superseded') this.superseded.push(record.line);
      if (one.kind === 'rejected') this.rejected.push(rejectedRecord(record, one.reasons, cells));
    });
  }
}

/** The checker for this import. "Today" is the day it started, and its header stays accepted, so that a repeated step judges alike. */
export function checkerOf(run: ImportRun, client: Client, layout: FileLayout): (row: RawRow) => CheckedRecord {
  const header = checkHeader(layout.headers, { ...client.settings, unknownColumns: 'ignore' });
  if (header.kind === 'refused')
    throw new ImportsError('INVARIANT', `The header of import ${run.importId} was accepted and is refused now.`);
  const today = (run.startedAt ?? run.receivedAt).toISOString().slice(0, 10);
  const { droppedBack, delimiter } = layout;
  return recordChecker({ columns: header.columns, settings: client.settings, droppedBack, delimiter, today });
}

export function pathsOf(
  ports: Pick<ActivityPorts, 'files'>,
  importId: ImportId,
): { readonly sourcePath: string; readonly textPath: string } {
  return { sourcePath: ports.files.sourcePath(importId), textPath: ports.files.textPath(importId) };
}
