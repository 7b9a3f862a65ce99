// What was asked for is written down; this wakes the client's inbox, and waits a moment for what becomes of it. When Temporal cannot be
// reached nothing is lost: the standing pass finds the request.

import type { Client } from '../../domain/client';
import type { ClientId } from '../../domain/ids';
import type { CliDeps, Services } from '../deps';
import { retold } from '../text/describe-error';

/** A worker takes up what was asked for within milliseconds; this long is waited before saying that none did. */
const TAKEN_UP_WITHIN_MS = 5000;
const POLL_MS = 200;

/** `done` = what holds even if nobody could be woken, as the beginning of a sentence. */
export async function wakeInbox({ control }: Pick<Services, 'control'>, clientId: ClientId, done: string): Promise<void> {
  await control.wake(clientId).catch((error: unknown) => {
    const what = `${done}, but Temporal could not be told: what waits starts within ten minutes of Temporal being back.`;
    throw retold(error, (message) => `${what}\n${message}`);
  });
}

export async function lookForFiles(services: Pick<Services, 'control' | 'turns'>, clientId: ClientId, done: string): Promise<void> {
  await services.turns.askLook(clientId);
  await wakeInbox(services, clientId, done);
}

/** What `look` finds as soon as it finds something; undefined when no worker did anything in time. */
export async function waitForWorker<T>({ sleep }: Pick<CliDeps, 'sleep'>, look: () => Promise<T | undefined>): Promise<T | undefined> {
  for (let waited = 0; waited < TAKEN_UP_WITHIN_MS; waited += POLL_MS) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(POLL_MS);
  }
  return undefined;
}

/** The same, however long it takes. */
export async function poll<T>({ sleep }: Pick<CliDeps, 'sleep'>, everyMs: number, look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(everyMs);
  }
}

/** For an import of a paused client, where nothing comes before the client is resumed. */
export function waitsForResume({ clientId }: Client): string {
  return `It waits: client ${clientId} is paused. Resume it with: imports client resume ${clientId} --reason "…"`;
}
