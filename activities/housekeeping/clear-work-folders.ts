// Removes what ended imports left in `work/` when they were killed between their last steps, and lists of unique ids that no older import
// needs any more. A folder with a client's file in it is never touched: `imports doctor` reports it.

import { hasEnded } from '../../src/domain/import-state';
import type { WorkFolder } from '../../src/domain/file/folder-files';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';
import { oldestOpenSeq } from '../end/close-import';

/** Younger folders may belong to steps that are under way. */
const LEFT_MS = 86_400_000;

export const clearWorkFolders = (ports: ActivityPorts) => async (): Promise<{ readonly folders: number }> => {
  const before = ports.clock.now().getTime() - LEFT_MS;
  let folders = 0;
  for (const folder of await ports.files.workFolders()) {
    beat({ folders });
    if (folder.holdsFile || folder.changedAt.getTime() >= before) continue;
    if (await clear(ports, folder)) folders += 1;
  }
  if (folders > 0) ports.log.info('leftovers in work/ removed', { folders });
  return { folders };
};

async function clear(ports: ActivityPorts, { importId }: WorkFolder): Promise<boolean> {
  const run = await ports.imports.find(importId);
  if (run !== undefined) {
    if (!hasEnded(run)) return false;
    const undo = await ports.undos.find(importId);
    if (undo !== undefined && undo.finishedAt === null) return false;
    if (run.state === 'finished' && (await oldestOpenSeq(ports, run)) < run.seq) return false;
  }
  await ports.files.cleanUp(importId, false);
  return true;
}
