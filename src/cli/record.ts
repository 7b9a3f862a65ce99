// On record: what an operator is about to change goes into the audit before it takes effect. A change whose entry cannot be written is not
// made.

import type { Act } from '../domain/audit';
import type { CliDeps, Services } from './deps';

/** `reason`, `was` and `is` are null where there is none. */
export async function record(
  deps: Pick<CliDeps, 'identity' | 'now'>,
  { audit }: Pick<Services, 'audit'>,
  act: Pick<Act, 'action' | 'clientId' | 'subject'> & Partial<Act>,
): Promise<void> {
  await audit.append({ reason: null, was: null, is: null, ...act }, deps.identity, deps.now());
}
