// Undoing imports without a Temporal server: the real steps over the real adapters, in the order of the real workflow function.

import type { ActivityPorts } from '../../activities/activity-ports';
import { parseImportId, type ImportId } from '../../src/domain/ids';
import type { LeftAlone } from '../../src/domain/undo/undo';
import { undoImportSteps, type UndoSteps } from '../../workflows/undo-import-steps';
import { stepsOver, type World } from './in-process-import';

/** Later than any turn of an import in these tests. */
const UNDO_TURN = 1_000_000;
const QUIET = { enter: () => {}, chunkDone: () => {}, turnIsOver: async () => {}, mustContinueAsNew: () => false };

/** As the command line does: asked for, then done. */
export async function undo(world: World, importId: ImportId, steps: UndoSteps = stepsOver(world.ports)): Promise<void> {
  await askForUndo(world, importId);
  await runUndo(world.ports, importId, steps);
}

export async function askForUndo({ ports }: World, importId: ImportId): Promise<void> {
  const { clientId } = parseImportId(importId)!;
  await ports.undos.request(importId, { clientId, reason: 'wrong file', by: 'pat', requestedAt: ports.clock.now() });
}

/** With the client's turn, as its inbox gives it; one that has a turn goes on with it. */
export async function runUndo(ports: ActivityPorts, importId: ImportId, steps: UndoSteps = stepsOver(ports)) {
  const { undos } = ports;
  const turn = (await undos.find(importId))?.turn ?? UNDO_TURN;
  await undos.updateOpen(importId, null, { turn });
  return undoImportSteps(steps, { importId, fileName: 'x', turn }, QUIET);
}

export async function leftBy(ports: Pick<ActivityPorts, 'undos' | 'permits'>, importId: ImportId): Promise<readonly LeftAlone[]> {
  const left: LeftAlone[] = [];
  for await (const { result } of ports.undos.chunkResults(importId)) left.push(...result.left);
  for await (const one of ports.permits.notGivenBack(importId)) left.push(one);
  return left;
}
