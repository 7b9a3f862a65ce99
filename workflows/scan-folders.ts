// A tick of a schedule, for all clients that share it: one step that looks into their folders and wakes the inboxes of those with files.
// Its history is as short with ten thousand clients as with one.

import { proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { Activities } from '../activities';
import type { LookedInto } from '../activities/scan/wake-ready-clients';
import { ACTIVITY_OPTIONS } from './activity-options';
import type { ScanFoldersInput } from './messages';

const { wakeReadyClients } = proxyActivities<Activities>(ACTIVITY_OPTIONS.folders);

export async function scanFolders(input: ScanFoldersInput): Promise<LookedInto> {
  const found = await wakeReadyClients.executeWithOptions({ summary: 'look for clients with files' }, [input]);
  setCurrentDetails(`Looked into the folders of **${found.clients}** clients; **${found.woken}** had something.`);
  return found;
}
