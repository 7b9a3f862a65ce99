// Tells a client that has a process log what has just been done. The log is a courtesy: it never delays or stops an import.

import type { Client } from '../src/domain/client';
import type { ImportId } from '../src/domain/ids';
import { describeStep, type ProcessStep } from '../src/domain/report/process-log';
import { profileOf } from '../src/domain/client/profiles';
import type { ActivityPorts } from './activity-ports';

/** Before the step is written down as done, which it may be killed in. `importId` null = about no import; such a line may be repeated. */
export async function noteStep(ports: ActivityPorts, client: Client, importId: ImportId | null, step: ProcessStep): Promise<void> {
  if (!profileOf(client).processLog) return;
  const { clientId } = client;
  try {
    const text = `${importId ?? '-'} ${describeStep(step)}`;
    await ports.standing.note(clientId, { at: ports.clock.now(), text, once: importId !== null });
  } catch {
    ports.log.warn("a line could not be written to the client's log", { clientId, importId, step: step.kind });
  }
}
