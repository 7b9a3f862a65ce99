// Takes old files out of every client's `.bak`, or old status reports out of its `reports`, after the age that the installation sets.

import { profileOf } from '../../src/domain/client/profiles';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat';

const DAY_MS = 86_400_000;
const FILES_PER_BEAT = 500;

export const removeOldBackups = (ports: ActivityPorts) => async (): Promise<{ readonly files: number }> => {
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
};
