// What schedules start: a tick of looking into folders, the standing pass, the look at silent clients, and the nightly housekeeping.

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { LookedInto, StandingPass } from '../activities/turn/wake-clients';
import { ACTIVITY_OPTIONS } from './activity-options';
import type { ScanFoldersInput } from './messages';

const { wakeReadyClients } = proxyActivities<Activities>(ACTIVITY_OPTIONS.folders);

/** For all clients that share a schedule, one step: the history is as short with ten thousand of them as with one. */
export async function scanFolders(input: ScanFoldersInput): Promise<LookedInto> {
  const found = await wakeReadyClients.executeWithOptions({ summary: 'look for clients with files' }, [input]);
  setCurrentDetails(`Looked into the folders of **${found.clients}** clients; **${found.woken}** had something.`);
  return found;
}

const standingPass = proxyActivities<Activities>(ACTIVITY_OPTIONS.pass);

/** Every ten minutes: wakes who waits, finds who was ended from outside. A lost wake costs no more than the time to the next pass. */
export function wakeWaiting(): Promise<StandingPass> {
  return standingPass.wakeWaiting.executeWithOptions({ summary: 'wake who waits; find who was stopped' }, []);
}

const { tellSilences, tellAddressChanges } = proxyActivities<Activities>(ACTIVITY_OPTIONS.alarm);

/** Every ten minutes: tells administrators about silent clients, and both addresses about a change of the address for failed records. */
export async function watchSilence(): Promise<{ readonly alarms: number; readonly failed: number }> {
  const silences = await tellSilences.executeWithOptions({ summary: 'tell of clients that send no files' }, []);
  await tellAddressChanges.executeWithOptions({ summary: 'tell of changed addresses for failed records' }, []);
  return silences;
}

const { expireDetails, removeOldBackups, clearWorkFolders } = proxyActivities<Activities>(ACTIVITY_OPTIONS.background);

/** 200 imports each: more than any night has, and a history that stays short. */
const MOST_ROUNDS = 100;

/** Every night: removes what was kept long enough. Small repeatable steps; what one night does not finish, the next one does. */
export async function keepHouse() {
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
