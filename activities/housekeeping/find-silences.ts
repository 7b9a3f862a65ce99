// Which clients have sent no file for longer than agreed, and nobody was told yet.

import type { ClientId, ImportId } from '../../src/domain/ids';
import { silenceOf } from '../../src/domain/client/silence';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat/beat';

export interface FoundSilence {
  readonly clientId: ClientId;
  /** Names the silence: the import after which no other came. */
  readonly after: ImportId;
}

export const findSilences =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'outbox' | 'clock'>) =>
  async (): Promise<{ readonly silences: readonly FoundSilence[] }> => {
    const silences: FoundSilence[] = [];
    for (const client of await ports.clients.list()) {
      if (!client.enabled || client.settings.expectFileEvery === null) continue;
      beat();
      const [newest] = await ports.imports.list({ clientId: client.clientId, limit: 1 });
      const silence = silenceOf(client, newest, ports.clock.now());
      if (silence === undefined || (await ports.outbox.state(silence.after, 'silence')) !== 'pending') continue;
      silences.push({ clientId: client.clientId, after: silence.after });
    }
    return { silences };
  };
