// Takes old files out of every client's `.bak`, where the installation says how old is old.

import { heartbeat } from '@temporalio/activity';
import type { ActivityPorts } from './activity-ports';

const DAY_MS = 86_400_000;
const FILES_PER_BEAT = 500;

export const removeOldBackups =
  (ports: Pick<ActivityPorts, 'clients' | 'files' | 'clock' | 'log' | 'keepBackupDays'>) =>
  async (): Promise<{ readonly files: number }> => {
    if (ports.keepBackupDays === null) return { files: 0 };
    const before = new Date(ports.clock.now().getTime() - ports.keepBackupDays * DAY_MS);
    let files = 0;
    let seen = 0;
    for (const { clientId } of await ports.clients.list()) {
      heartbeat({ files });
      files += await ports.files.removeOldBackups(clientId, before, () => {
        if (++seen % FILES_PER_BEAT === 0) heartbeat({ files: seen });
      });
    }
    if (files > 0) ports.log.info('old backups removed', { files });
    return { files };
  };
