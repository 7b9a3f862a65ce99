// What workflows are told, and tell each other.

import { defineSignal, getExternalWorkflowHandle } from '@temporalio/workflow';
import { parseImportId, type ImportId } from '../src/domain/ids';
import { inboxWorkflowIdOf, WAKE } from './messages';

/** A request of the client was written down. */
export const wake = defineSignal(WAKE);

/** An import or undo tells the inbox that it writes no more: who is next need not wait for its e-mail. */
export const turnOver = defineSignal<[ImportId]>('turnOver');

/** By id, without a run: the inbox may have continued as new. */
export async function tellInbox(importId: ImportId): Promise<void> {
  const { clientId } = parseImportId(importId)!;
  // One that is not there looks for itself when it is woken.
  await getExternalWorkflowHandle(inboxWorkflowIdOf(clientId))
    .signal(turnOver, importId)
    .catch(() => undefined);
}
