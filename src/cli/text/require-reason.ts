// Every command that changes something wants to know why: the option, and the answer if it is left out.

import { ImportsError } from '../../errors';

export const REASON_OPTION = ['-r, --reason <text>', 'required: why, for the record'] as const;

/** Trimmed. `example` = a reason that fits the command. */
export function requireReason(reason: string | undefined, example: string): string {
  const text = reason?.trim() ?? '';
  if (text === '') throw new ImportsError('WRONG_USE', `Say why, for the record: --reason "${example}"`);
  return text;
}
