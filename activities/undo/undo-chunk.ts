// Undoes one part of an import. Killed anywhere, it is simply run again: users carry the mark of this undo, and the result is written
// last and counts once.

import type { ImportId } from '../../src/domain/ids';
import { ImportsError } from '../../src/errors';
import type { UndoChunk } from '../../src/domain/undo/undo';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';
import { inBatches } from '../in-batches';
import { loadImport } from '../load-import';
import { requireUndoTurn, type InTurn } from '../turn/require-turn';
import { UndoTally, undoUsers, type Undoable } from './undo-users';

/** Users read and written at once. */
const BATCH = 1_000;

export const undoChunk =
  (ports: ActivityPorts) =>
  async ({ importId, turn, n }: InTurn & { readonly n: number; readonly of: number }): Promise<void> => {
    const found = await ports.undos.chunk(importId, n);
    if (found === undefined) throw new ImportsError('INVARIANT', `The undo of ${importId} has no part ${n}.`);
    if (found.result !== undefined) return;
    const { run } = await loadImport(ports, importId);
    const tally = new UndoTally();
    const deferred: number[] = [];
    for (const batch of inBatches(await itemsOf(ports, importId, found.chunk), BATCH)) {
      await requireUndoTurn(ports, { importId, turn });
      const answers = await undoUsers(ports, run, batch);
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
  };

async function itemsOf(ports: ActivityPorts, importId: ImportId, chunk: UndoChunk): Promise<readonly Undoable[]> {
  if (chunk.kind === 'created') return chunk.userIds.map((userId) => ({ userId, change: null }));
  const changes = await ports.changes.read(importId, { from: chunk.fromLine, to: chunk.toLine });
  return changes.map((change) => ({ userId: change.userId, change }));
}
