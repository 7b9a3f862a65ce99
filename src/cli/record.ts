// On record: what an operator is about to change, and why, goes into the audit before it takes effect. A change whose entry cannot be
// written is not made.

import type { Act } from '../domain/audit';
import type { CliDeps, Services } from './deps';
import { wrongUse } from '../errors';

/** `reason`, `was` and `is` are null where there is none. */
export async function record(
  deps: Pick<CliDeps, 'identity' | 'now'>,
  { audit }: Pick<Services, 'audit'>,
  act: Pick<Act, 'action' | 'clientId' | 'subject'> & Partial<Act>,
): Promise<void> {
  await audit.append({ reason: null, was: null, is: null, ...act }, deps.identity, deps.now());
}

export const REASON_OPTION = ['-r, --reason <text>', 'required: why, for the record'] as const;

/** Trimmed. `example` = a reason that fits the command. */
export function requireReason(reason: string | undefined, example: string): string {
  const text = reason?.trim() ?? '';
  if (text === '') throw wrongUse(`Say why, for the record: --reason "${example}"`);
  return text;
}
