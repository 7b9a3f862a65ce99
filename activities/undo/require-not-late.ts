// A worker that slept through the undo of its import and has just written a batch: it takes back at once what no undo has seen. An import is
// undone only when its turn is over, so a write that finds its turn going on is seen by an undo that comes.

import type { UserId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import { ImportsError } from '../../src/errors';
import type { ActivityPorts } from '../activity-ports';
import { turnIsOver } from '../turn/require-turn';
import { undoUsers } from './undo-users';

export interface Written {
  readonly userId: UserId;
  readonly line: number;
  readonly isCreated: boolean;
}

/** Throws when the turn is over; what was written then is taken back when the import is undone, or is to be. */
export async function requireNotLate(
  ports: ActivityPorts,
  { run, turn }: { readonly run: ImportRun; readonly turn: number },
  written: readonly Written[],
): Promise<void> {
  const { importId } = run;
  if (await ports.imports.hasTurn(importId, turn)) return;
  if ((await ports.undos.find(importId)) === undefined) throw turnIsOver(importId);
  const lines = written.filter(({ isCreated }) => !isCreated).map(({ line }) => line);
  const changes = lines.length === 0 ? [] : await ports.changes.read(importId, { lines });
  const created = written.filter(({ isCreated }) => isCreated).map(({ userId }) => ({ userId, change: null }));
  if (written.length > 0) await undoUsers(ports, run, [...created, ...changes.map((change) => ({ userId: change.userId, change }))]);
  await ports.changes.markUndone(importId, lines, ports.clock.now());
  throw wasUndone(importId);
}

export function wasUndone(importId: ImportRun['importId']): ImportsError {
  return new ImportsError('INVARIANT', `Import ${importId} is undone: nothing of it is written any more. See: imports show ${importId}`);
}
