// A step writes only while its import has the client's turn: asked before each batch, because a worker may have slept since the last one
// while the import was ended, undone or started again by others.

import { ApplicationFailure } from '@temporalio/common';
import type { ImportId } from '../../src/domain/ids';
import { IMPORT_STATES, type ImportState } from '../../src/domain/import-state';
import type { Undo } from '../../src/domain/undo/undo';
import type { ImportChange } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';

export interface OfImport {
  readonly importId: ImportId;
}

export interface InTurn extends OfImport {
  /** The turn that the workflow was started with. */
  readonly turn: number;
}

/** Throws when the turn is over; no repetition cures that. */
export async function requireTurn({ imports }: ActivityPorts, { importId, turn }: InTurn): Promise<void> {
  if (!(await imports.hasTurn(importId, turn))) throw turnIsOver(importId);
}

/**
 * Moves the import on to a state, with what changes along with it. False when it is further on in the same turn already, as after a reset in
 * the Temporal UI: then the step has nothing to do. Throws when the turn is over.
 */
export async function enter(
  { imports }: ActivityPorts,
  { importId, turn }: InTurn,
  to: ImportState,
  change: ImportChange = {},
): Promise<boolean> {
  if (await imports.advance(importId, to, change, { turn })) return true;
  const run = await imports.find(importId);
  if (run?.turn === turn && IMPORT_STATES[run.state].needs !== 'retry' && run.state !== 'undone') return false;
  throw turnIsOver(importId);
}

/** Undoing writes, too: the same of an undo. */
export async function requireUndoTurn(ports: ActivityPorts, input: InTurn): Promise<void> {
  if (await isUndoDone(ports, input)) throw turnIsOver(input.importId);
}

/** A step of an undo that is done has nothing to do any more. Throws when the turn is over. */
export async function isUndoDone(ports: ActivityPorts, input: InTurn): Promise<boolean> {
  return (await undoInTurn(ports, input)).finishedAt !== null;
}

/** Throws when the turn is over. What the step writes belongs to the round that the undo is in now. */
export async function undoInTurn({ undos }: ActivityPorts, { importId, turn }: InTurn): Promise<Undo> {
  const undo = await undos.find(importId);
  if (undo?.turn !== turn || undo.failure !== null) throw turnIsOver(importId);
  return undo;
}

export function turnIsOver(importId: ImportId): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `The turn of this run is over: import ${importId} has ended, or was started again. See it with: imports show ${importId}`,
    'TURN_IS_OVER',
  );
}
