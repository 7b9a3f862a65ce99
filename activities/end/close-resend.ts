// Removes what was made for an e-mail that was sent again. Fingerprints stay where an older import still needs them.

import type { ImportId } from '../../src/domain/ids';
import type { ActivityPorts } from '../activity-ports';

export const closeResend =
  (ports: Pick<ActivityPorts, 'files'>) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<void> =>
    ports.files.cleanUp(importId, true);
