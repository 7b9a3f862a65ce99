// Checks, decides and writes the records of one chunk. Killed anywhere, it is simply run again: users carry the stamp of this import
// and line, rejected records are replaced, and the result is written last and counts once.

import { activityInfo } from '@temporalio/activity';
import { checkHeader } from '../../src/domain/file/check-header';
import type { ImportId } from '../../src/domain/ids';
import type { Client } from '../../src/domain/client';
import type { FileLayout, ImportRun } from '../../src/domain/import-run';
import { type CheckedRecord, type FileMark, type RawRow, type RejectedRecord, rejectedRecord } from '../../src/domain/record/record';
import { recordChecker } from '../../src/domain/record/record-checker';
import { ImportsError } from '../../src/errors';
import type { Chunk, ChunkAtWork, ChunkResult } from '../../src/domain/file/inspection';
import type { ActivityPorts, Shared } from '../activity-ports';
import { applyRecords, type WriteContext, supersededBy } from './apply-records';
import { beat } from '../heartbeat';
import { layoutOf, loadImport } from '../load-import';
import { requireTurn, type InTurn } from '../turn/require-turn';
import { Tally } from './tally';

/** Records read and written at once. Not more: with four chunks in flight, what lives long enough to be moved costs more than it saves. */
const BATCH = 500;

interface AppliedChunk {
  readonly records: number;
  /** Whether anything of it is left for the steps behind the chunks. */
  readonly needsMore: boolean;
}

export async function applyChunk(
  ports: ActivityPorts,
  { importId, turn, n }: InTurn & { readonly n: number; readonly of: number },
  { pace, keyLooks }: Shared,
): Promise<AppliedChunk> {
  const chunk = await ports.imports.chunk(importId, n);
  if (chunk === undefined) throw new ImportsError('INVARIANT', `Import ${importId} has no chunk ${n}.`);
  if (chunk.result !== undefined) return appliedChunk(chunk.records, chunk.result);
  const { run, client } = await loadImport(ports, importId);
  const context = { run, client, turn, isSuperseded: await supersededBy(ports, run), mendKeys: keyLooks.mendingOnce(ports, run, turn) };
  const pass = chunkPass(ports, context, chunk.marks);
  const check = checkerOf(run, client, layoutOf(run));
  let batch: RawRow[] = [];
  let last = chunk.firstLine;
  await requireTurn(ports, { importId, turn });
  const showProgress = () => beat({ chunk: n, records: pass.tally.counts.records } satisfies ChunkAtWork);
  const take = (rows: readonly RawRow[]) =>
    pace.batch(importId, async (hasWaited) => {
      if (hasWaited) {
        showProgress();
        await requireTurn(ports, { importId, turn });
      }
      await pass.take(rows, check);
    });
  for (const row of await ports.csv.readChunk(pathsOf(ports, importId), layoutOf(run), chunk)) {
    batch.push(row);
    last = row.line;
    if (batch.length < BATCH) continue;
    await take(batch);
    batch = [];
    showProgress();
  }
  if (batch.length > 0) await take(batch);
  // Another worker took us for dead, and what it deferred may meanwhile have been settled and rejected in this range.
  const known = (await ports.imports.chunk(importId, n))?.result;
  if (known !== undefined) return appliedChunk(chunk.records, known);
  await requireTurn(ports, { importId, turn });
  if (activityInfo().attempt > 1 || run.attempts > 1) await ports.changes.discard(importId, pass.replacedNothing);
  await ports.rejected.replaceRange(importId, chunk.firstLine, last + 1, pass.rejected);
  const result: ChunkResult = {
    counts: pass.tally.counts,
    releaseFor: pass.tally.releaseFor,
    deferred: pass.deferred,
    ...(pass.superseded.length > 0 && { superseded: pass.superseded }),
  };
  await ports.imports.setChunkResult(importId, n, result);
  return appliedChunk(chunk.records, result);
}

/** Deferred records are settled and permits released when all chunks are done; the reasons of rejected records are completed then, too. */
function appliedChunk(records: number, { counts, deferred, releaseFor }: ChunkResult): AppliedChunk {
  return { records, needsMore: deferred.length > 0 || counts.rejected > 0 || releaseFor.length > 0 };
}

function chunkPass(ports: ActivityPorts, context: WriteContext, marks: Chunk['marks']) {
  const markAt = new Map(marks.map((mark) => [mark.line, mark]));
  const tally = new Tally();
  const rejected: RejectedRecord[] = [];
  const deferred: number[] = [];
  const superseded: number[] = [];
  const replacedNothing: number[] = [];

  const take = async (rows: readonly RawRow[], check: (row: RawRow) => CheckedRecord): Promise<void> => {
    const candidates: { record: CheckedRecord; mark: FileMark | undefined; cells: readonly string[] }[] = [];
    for (const row of rows) {
      const mark = markAt.get(row.line);
      tally.count('records');
      if (mark?.repeats === true) tally.count('repeated');
      else candidates.push({ record: check(row), mark, cells: row.cells });
    }
    const applied = await applyRecords(ports, context, candidates);
    const waiting = candidates.flatMap(({ record }, at) => (applied[at]!.kind === 'taken' ? [record] : []));
    await ports.deferred.put(context.run.importId, waiting);
    applied.forEach((one, at) => {
      const { record, cells } = candidates[at]!;
      // Of a user who was removed meanwhile, an earlier attempt may have put down what it was about to replace.
      if (one.kind === 'rejected' || one.kind === 'unchanged' || one.kind === 'create') replacedNothing.push(record.line);
      if (one.kind === 'taken') deferred.push(record.line);
      else tally.add(one);
      if (one.kind === 'superseded') superseded.push(record.line);
      if (one.kind === 'rejected') rejected.push(rejectedRecord(record, one.reasons, cells));
    });
  };
  return { take, tally, rejected, deferred, superseded, replacedNothing };
}

/** The checker for this import. "Today" is the day it started, and its header stays accepted, so that a repeated step judges alike. */
export function checkerOf(run: ImportRun, client: Client, layout: FileLayout): (row: RawRow) => CheckedRecord {
  const header = checkHeader(layout.headers, { ...client.settings, unknownColumns: 'ignore' });
  if (header.kind === 'refused')
    throw new ImportsError('INVARIANT', `The header of import ${run.importId} was accepted and is refused now.`);
  const today = (run.startedAt ?? run.receivedAt).toISOString().slice(0, 10);
  const { droppedBack, delimiter, hasDetails = false } = layout;
  return recordChecker({ columns: header.columns, settings: client.settings, droppedBack, delimiter, hasDetails, today });
}

export function pathsOf(
  ports: Pick<ActivityPorts, 'files'>,
  importId: ImportId,
): { readonly sourcePath: string; readonly textPath: string } {
  return { sourcePath: ports.files.sourcePath(importId), textPath: ports.files.textPath(importId) };
}
