// The import and the client, or the undo, that a step is about; they must be there. From its inspection on, an import sees the client with the
// settings of that moment: what was decided at the hold is what is done, whatever is set meanwhile.

import type { Client } from '../src/domain/client';
import type { ImportId } from '../src/domain/ids';
import type { FileLayout, ImportRun } from '../src/domain/import-run';
import { ImportsError, notFound } from '../src/errors';
import type { ClientStore, ImportStore, UndoStore } from '../src/ports';
import type { Undo } from '../src/domain/undo/undo';

export async function loadImport(
  ports: { readonly imports: ImportStore; readonly clients: ClientStore },
  importId: ImportId,
): Promise<{ readonly run: ImportRun; readonly client: Client }> {
  const run = await ports.imports.find(importId);
  if (run === undefined) throw notFound(`There is no import ${importId} in the database. Check MONGODB_URI.`);
  const client = await ports.clients.find(run.clientId);
  if (client === undefined) throw notFound(`There is no client ${run.clientId} in the database. Check MONGODB_URI.`);
  return { run, client: run.settings === undefined ? client : { ...client, settings: run.settings } };
}

export function layoutOf(run: ImportRun): FileLayout {
  if (run.layout === null)
    throw new ImportsError('INVARIANT', `Import ${run.importId} was not inspected before its records were asked for.`);
  return run.layout;
}

/** It must have been asked for. */
export async function loadUndo(ports: { readonly undos: UndoStore }, importId: ImportId): Promise<Undo> {
  const undo = await ports.undos.find(importId);
  if (undo !== undefined) return undo;
  throw notFound(`There is no undo of ${importId}. Start one with: imports undo ${importId} --reason "…"`);
}
