// Undoing imports without a Temporal server: the real steps over the real adapters, in the order of the real workflow function.

import type { ActivityPorts } from '../../activities/activity-ports';
import type { ImportId } from '../../src/domain/ids';
import type { LeftAlone } from '../../src/domain/undo/undo';
import { undoImportSteps, type UndoSteps } from '../../workflows/undo-import-steps';
import { stepsOver, type World } from './in-process-import';

const QUIET = { enter: () => {}, chunkDone: () => {}, mustContinueAsNew: () => false };

/** As the command line does: asked for, then done. */
export async function undo(world: World, importId: ImportId, steps: UndoSteps = stepsOver(world.ports)): Promise<void> {
  await world.ports.undos.request(importId, { reason: 'wrong file', by: 'pat', requestedAt: world.ports.clock.now() });
  await runUndo(importId, steps);
}

export function runUndo(importId: ImportId, steps: UndoSteps) {
  return undoImportSteps(steps, { importId, fileName: 'x' }, QUIET);
}

export async function leftBy(ports: Pick<ActivityPorts, 'undos' | 'permits'>, importId: ImportId): Promise<readonly LeftAlone[]> {
  const left: LeftAlone[] = [];
  for await (const { result } of ports.undos.chunkResults(importId)) left.push(...result.left);
  for await (const one of ports.permits.notGivenBack(importId)) left.push(one);
  return left;
}
