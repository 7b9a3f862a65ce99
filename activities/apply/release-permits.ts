// Releases the active permits of users that this import archived. The store makes each release safe to repeat.

import type { ImportId } from '../../src/domain/ids';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat/beat';

export const releasePermits =
  (ports: Pick<ActivityPorts, 'imports' | 'permits' | 'clock'>) =>
  async ({ importId }: { readonly importId: ImportId }): Promise<{ readonly released: number }> => {
    await ports.imports.updateIf(importId, { state: ['inspecting', 'applying'] }, { state: 'releasing' });
    for await (const { n, result } of ports.imports.chunkResults(importId)) {
      if (result.releaseFor.length > 0) await ports.permits.release(importId, result.releaseFor, ports.clock.now());
      beat({ chunk: n });
    }
    return { released: await ports.permits.countReleased(importId) };
  };
