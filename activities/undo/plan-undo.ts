// Cuts an undo into parts: users that the import created, and lines of the file whose users it changed. Created ones come first, because
// they give up e-mails and user names that others get back.

import { IMPORT_STATES } from '../../src/domain/import-state';
import type { UndoChunk } from '../../src/domain/undo/undo';
import { ImportsError } from '../../src/errors';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';
import { loadImport } from '../load-import';
import { mendKeys } from '../mend-keys';
import { undoInTurn, type InTurn } from '../turn/require-turn';

const PER_CHUNK = 5_000;

export const planUndo =
  (ports: ActivityPorts) =>
  async ({ importId, turn }: InTurn): Promise<{ readonly chunks: number }> => {
    const undo = await undoInTurn(ports, { importId, turn });
    const { run } = await loadImport(ports, importId);
    // Users get back what somebody else may hold meanwhile, unseen.
    if (undo.finishedAt === null) await mendKeys(ports, run);
    if (undo.chunks !== null) return { chunks: undo.chunks };
    if (!IMPORT_STATES[run.state].mayBeUndone) {
      throw new ImportsError('INVARIANT', `Import ${importId} is ${run.state}, so it cannot be undone yet. See: imports show ${importId}`);
    }
    const chunks: UndoChunk[] = [];
    for await (const userIds of parts(ports.changes.created(run.clientId, importId))) {
      chunks.push({ n: chunks.length, kind: 'created', userIds });
    }
    for await (const lines of parts(ports.changes.lines(importId))) {
      chunks.push({ n: chunks.length, kind: 'changed', fromLine: lines[0]!, toLine: lines.at(-1)! });
    }
    await ports.undos.putChunks(importId, undo.round, chunks);
    // The number comes last: it says that the chunks are there.
    await ports.undos.updateOpen(importId, turn, { chunks: chunks.length });
    ports.log.info('undo planned', { clientId: run.clientId, importId, chunks: chunks.length });
    return { chunks: chunks.length };
  };

async function* parts<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let part: T[] = [];
  for await (const item of items) {
    if (part.push(item) % 1_000 === 0) beat();
    if (part.length < PER_CHUNK) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
