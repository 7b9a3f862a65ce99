// The real scan over imports that end at once.

import { log } from '@temporalio/workflow';
import type { ImportFileInput } from '../../workflows/messages';

export { scanFolder } from '../../workflows';

export async function importFile({ importId }: ImportFileInput): Promise<void> {
  log.debug('imported', { importId });
}
