// The undo that a step is about, and whom it left alone.

import type { ImportId } from '../../src/domain/ids';
import type { Undo, LeftAlone } from '../../src/domain/undo/undo';
import { ImportsError } from '../../src/errors';
import type { UndoStore, PermitStore } from '../../src/ports';

/** It must have been asked for. */
export async function loadUndo(ports: { readonly undos: UndoStore }, importId: ImportId): Promise<Undo> {
  const undo = await ports.undos.find(importId);
  if (undo !== undefined) return undo;
  throw new ImportsError('NOT_FOUND', `There is no undo of ${importId}. Start one with: imports undo ${importId} --reason "…"`);
}

/** Users in the order of the file, then permits. */
export async function* leftAlone(
  ports: { readonly undos: UndoStore; readonly permits: Pick<PermitStore, 'notGivenBack'> },
  importId: ImportId,
): AsyncGenerator<LeftAlone> {
  for await (const { result } of ports.undos.chunkResults(importId)) yield* result.left;
  yield* ports.permits.notGivenBack(importId);
}
