// The real inbox over imports that end at once.

import { log } from '@temporalio/workflow';
import type { ImportFileInput } from '../../workflows/messages';

export { clientInbox } from '../../workflows';

export async function importFile({ importId }: ImportFileInput): Promise<void> {
  log.debug('imported', { importId });
}
