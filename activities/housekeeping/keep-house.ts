// Every night: what was kept long enough goes.

import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';
import { profileOf } from '../../src/domain/client/profiles';
import { hasEnded } from '../../src/domain/import-state';
import type { WorkFolder } from '../../src/domain/file/folder-files';
import { oldestOpenSeq } from '../end/close-import';

const DAY_MS = 86_400_000;
const AT_ONCE = 200;

/** Of imports that ended long ago, a few each round: the workflow asks until nothing is due. One that is being undone keeps its own. */
export async function expireDetails(ports: ActivityPorts): Promise<{ readonly imports: number; readonly more: boolean }> {
  const now = ports.clock.now();
  const due = await ports.expiry.due(new Date(now.getTime() - ports.keepDays * DAY_MS), AT_ONCE);
  let imports = 0;
  for (const importId of due) {
    beat({ imports });
    const undo = await ports.undos.find(importId);
    if (undo !== undefined && undo.finishedAt === null) continue;
    await ports.expiry.expire(importId, now, () => beat({ imports }));
    imports += 1;
  }
  if (imports > 0) ports.log.info('details of old imports removed', { imports });
  return { imports, more: due.length === AT_ONCE && imports > 0 };
}

const FILES_PER_BEAT = 500;

/** Takes old files out of every client's `.bak`, or old status reports out of its `reports`, after the age that the installation sets. */
export async function removeOldBackups(ports: ActivityPorts): Promise<{ readonly files: number }> {
  if (ports.keepBackupDays === null) return { files: 0 };
  const before = new Date(ports.clock.now().getTime() - ports.keepBackupDays * DAY_MS);
  let files = 0;
  let seen = 0;
  const onProgress = (): void => {
    if (++seen % FILES_PER_BEAT === 0) beat({ files: seen });
  };
  for (const client of await ports.clients.list()) {
    beat({ files });
    files +=
      profileOf(client).upload === 'moved'
        ? await ports.files.removeOldBackups(client.clientId, before, onProgress)
        : await ports.standing.removeOldReports(client.clientId, before, onProgress);
  }
  if (files > 0) ports.log.info('old backups removed', { files });
  return { files };
}

/** Younger folders may belong to steps that are under way. */
const LEFT_MS = 86_400_000;

/**
 * Removes what ended imports left in `work/` when they were killed between their last steps, and lists of unique ids that no older import
 * needs any more. A folder with a client's file in it is never touched: `imports doctor` reports it.
 */
export async function clearWorkFolders(ports: ActivityPorts): Promise<{ readonly folders: number }> {
  const before = ports.clock.now().getTime() - LEFT_MS;
  let folders = 0;
  for (const folder of await ports.files.workFolders()) {
    beat({ folders });
    if (folder.holdsFile || folder.changedAt.getTime() >= before) continue;
    if (await clear(ports, folder)) folders += 1;
  }
  if (folders > 0) ports.log.info('leftovers in work/ removed', { folders });
  return { folders };
}

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
