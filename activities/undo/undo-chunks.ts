// An undo in parts: users that the import created, and lines of the file whose users it changed. Created ones come first, because they give up
// e-mails and user names that others get back.

import type { ImportId } from '../../src/domain/ids';
import { ImportsError } from '../../src/errors';
import type { UndoChunk } from '../../src/domain/undo/undo';
import type { ActivityPorts, Shared } from '../activity-ports';
import { beat, whileBeating, withHeartbeat } from '../heartbeat';
import { inBatches } from '../../src/domain/in-batches';
import { loadImport } from '../load-import';
import { requireUndoTurn, type InTurn, undoInTurn } from '../turn/require-turn';
import { UndoTally, undoUsers, type Undoable } from './undo-users';
import { IMPORT_STATES } from '../../src/domain/import-state';
import { mendKeys } from '../mend-keys';

const PER_CHUNK = 5_000;

export async function planUndo(ports: ActivityPorts, { importId, turn }: InTurn): Promise<{ readonly chunks: number }> {
  const undo = await undoInTurn(ports, { importId, turn });
  const { run } = await loadImport(ports, importId);
  // Users get back what somebody else may hold meanwhile, unseen.
  if (undo.finishedAt === null) await mendKeys(ports, run);
  if (undo.chunks !== null) return { chunks: undo.chunks };
  if (!IMPORT_STATES[run.state].mayBeUndone) {
    throw new ImportsError('INVARIANT', `Import ${importId} is ${run.state}, so it cannot be undone yet. See: imports show ${importId}`);
  }
  const chunks: UndoChunk[] = [];
  // By the clock, too: millions of users may be looked through before one is found.
  await whileBeating(async () => {
    for await (const userIds of inBatches(withHeartbeat(ports.changes.created(run.clientId, importId)), PER_CHUNK)) {
      chunks.push({ n: chunks.length, kind: 'created', userIds });
    }
    for await (const lines of inBatches(withHeartbeat(ports.changes.lines(importId)), PER_CHUNK)) {
      chunks.push({ n: chunks.length, kind: 'changed', fromLine: lines[0]!, toLine: lines.at(-1)! });
    }
  });
  await ports.undos.putChunks(importId, undo.round, chunks);
  // The number comes last: it says that the chunks are there.
  await ports.undos.updateOpen(importId, turn, { chunks: chunks.length });
  ports.log.info('undo planned', { clientId: run.clientId, importId, chunks: chunks.length });
  return { chunks: chunks.length };
}

/** Users read and written at once. */
const BATCH = 1_000;

/** Undoes one part. Safe to repeat: users carry the mark of this undo, and the result is written last and counts once. */
export async function undoChunk(
  ports: ActivityPorts,
  { importId, turn, n }: InTurn & { readonly n: number; readonly of: number },
  { pace }: Shared,
): Promise<void> {
  const found = await ports.undos.chunk(importId, n);
  if (found === undefined) throw new ImportsError('INVARIANT', `The undo of ${importId} has no part ${n}.`);
  if (found.result !== undefined) return;
  const { run } = await loadImport(ports, importId);
  const tally = new UndoTally();
  const deferred: number[] = [];
  for await (const batch of inBatches(await itemsOf(ports, importId, found.chunk), BATCH)) {
    const answers = await pace.batch(importId, async (hasWaited) => {
      if (hasWaited) beat();
      await requireUndoTurn(ports, { importId, turn });
      return undoUsers(ports, run, batch);
    });
    const undone: number[] = [];
    answers.forEach((answer, at) => {
      const item = batch[at]!;
      if (answer.kind === 'taken') deferred.push(item.change!.line);
      else tally.add(item, answer);
      if (answer.kind === 'undone' && item.change !== null) undone.push(item.change.line);
    });
    await ports.changes.markUndone(importId, undone, ports.clock.now());
    beat();
  }
  await ports.undos.setChunkResult(importId, found.round, n, { counts: tally.counts, left: tally.left, deferred });
}

async function itemsOf(ports: ActivityPorts, importId: ImportId, chunk: UndoChunk): Promise<readonly Undoable[]> {
  if (chunk.kind === 'created') return chunk.userIds.map((userId) => ({ userId, change: null }));
  const changes = await ports.changes.read(importId, { from: chunk.fromLine, to: chunk.toLine });
  return changes.map((change) => ({ userId: change.userId, change }));
}
