// Tells the client's inbox that the next one may have the turn. By id, without a run: the inbox may have continued as new.

import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { parseImportId, type ImportId } from '../src/domain/ids';
import { inboxWorkflowIdOf } from './messages';
import { turnOver } from './signals';

export async function tellInbox(importId: ImportId): Promise<void> {
  const { clientId } = parseImportId(importId)!;
  // One that is not there looks for itself when it is woken.
  await getExternalWorkflowHandle(inboxWorkflowIdOf(clientId))
    .signal(turnOver, importId)
    .catch(() => undefined);
}
