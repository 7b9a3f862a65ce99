// What was asked for is written down; this wakes the client's inbox. When Temporal cannot be reached nothing is lost: the standing pass
// finds the request.

import type { ClientId } from '../../domain/ids';
import { ImportsError } from '../../errors';
import type { Services } from '../deps';
import { describeError } from '../text/describe-error';

/** `done` = what holds even if nobody could be woken, as the beginning of a sentence. */
export async function wakeInbox({ control }: Pick<Services, 'control'>, clientId: ClientId, done: string): Promise<void> {
  try {
    await control.wake(clientId);
  } catch (error) {
    const { code, message } = describeError(error);
    throw new ImportsError(
      code === 'UNEXPECTED' ? 'NOT_NOW' : code,
      `${done}, but Temporal could not be told: what waits starts within ten minutes of Temporal being back.\n${message}`,
      { cause: error },
    );
  }
}

export async function lookForFiles(services: Pick<Services, 'control' | 'turns'>, clientId: ClientId, done: string): Promise<void> {
  await services.turns.askLook(clientId);
  await wakeInbox(services, clientId, done);
}
