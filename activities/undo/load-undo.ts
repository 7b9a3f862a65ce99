// The undo that a step is about; it must have been asked for.

import type { ImportId } from '../../src/domain/ids';
import type { Undo } from '../../src/domain/undo/undo';
import { ImportsError } from '../../src/errors';
import type { UndoStore } from '../../src/ports';

export async function loadUndo(ports: { readonly undos: UndoStore }, importId: ImportId): Promise<Undo> {
  const undo = await ports.undos.find(importId);
  if (undo !== undefined) return undo;
  throw new ImportsError('NOT_FOUND', `Nobody asked to undo ${importId}. Ask for it with: imports undo ${importId} --reason "…"`);
}
