// What was asked for is written down; the client's inbox is told of it. When Temporal cannot be reached nothing is lost: the standing pass
// finds the request.

import { parseImportId, type ImportId } from '../../domain/ids';
import { ImportsError } from '../../errors';
import type { Services } from '../deps';

export async function wakeInbox({ control }: Pick<Services, 'control'>, importId: ImportId, asked: 'retry' | 'undo'): Promise<void> {
  try {
    await control.wake(parseImportId(importId)!.clientId, { look: false });
  } catch (error) {
    if (!(error instanceof ImportsError && error.code === 'UNREACHABLE')) throw error;
    throw new ImportsError(
      'UNREACHABLE',
      `The ${asked} of ${importId} is written down, but Temporal cannot be reached: it starts within ten minutes of Temporal being back.\nCheck TEMPORAL_ADDRESS, or start everything with: imports up`,
      { cause: error },
    );
  }
}
