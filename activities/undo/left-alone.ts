// Users and permits that an undo left as they are, in the order of the file, permits behind.

import type { ImportId } from '../../src/domain/ids';
import type { LeftAlone } from '../../src/domain/undo/undo';
import type { PermitStore, UndoStore } from '../../src/ports';

export async function* leftAlone(
  ports: { readonly undos: UndoStore; readonly permits: Pick<PermitStore, 'notGivenBack'> },
  importId: ImportId,
): AsyncGenerator<LeftAlone> {
  for await (const { result } of ports.undos.chunkResults(importId)) yield* result.left;
  yield* ports.permits.notGivenBack(importId);
}
