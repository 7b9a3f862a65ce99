// Every night: removes what was kept long enough. Small repeatable steps; what one night does not finish, the next one does.

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities';
import { ACTIVITY_OPTIONS } from './activity-options';

const { expireDetails, removeOldBackups, clearWorkFolders } = proxyActivities<Activities>(ACTIVITY_OPTIONS.background);

/** 200 imports each: more than any night has, and a history that stays short. */
const MOST_ROUNDS = 100;

interface KeptHouse {
  readonly expiredImports: number;
  readonly removedBackups: number;
  readonly clearedFolders: number;
}

export async function keepHouse(): Promise<KeptHouse> {
  let expiredImports = 0;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const { imports, more } = await expireDetails.executeWithOptions({ summary: 'rejected records, replaced values' }, []);
    expiredImports += imports;
    if (!more) break;
  }
  const { files } = await removeOldBackups.executeWithOptions({ summary: 'old files in .bak' }, []);
  const { folders } = await clearWorkFolders.executeWithOptions({ summary: 'leftovers in work/' }, []);
  setCurrentDetails(`Details of **${expiredImports}** imports expired, **${files}** old backups and **${folders}** leftovers removed.`);
  return { expiredImports, removedBackups: files, clearedFolders: folders };
}
