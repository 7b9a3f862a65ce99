// An older import of the client that may write users at this moment: one that was approved late, or is retried.
//
// Both sides look, so that none slips through. An import has its go-ahead before its first chunk begins, and each chunk then asks for
// newer imports that have theirs. So of two at work at once, either the older one knew of the newer when it read its users, and leaves
// them alone, or it had its go-ahead before the newer one looked, and is found here.

import type { ImportRun, ImportState } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';

/** From here on an import may still write users. A retry begins with the inspection. */
const MAY_WRITE: readonly ImportState[] = ['queued', 'inspecting', 'applying', 'failed', 'cancelled'];

/** Sequence number of the newest of them. */
export async function olderGoingOn(ports: Pick<ActivityPorts, 'imports'>, { clientId, seq }: ImportRun): Promise<number | undefined> {
  const open = await ports.imports.inOrder(clientId, MAY_WRITE);
  return open.findLast((one) => one.seq < seq && one.goAhead !== null && one.goAhead !== 'declined')?.seq;
}
