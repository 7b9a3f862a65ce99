// What the front door counts, for Prometheus: uploads and logins. Never who: an unknown name may be anything, a password among it.

import { Counter, Registry, collectDefaultMetrics } from 'prom-client';
import type { DoorMetrics } from '../../ports';
import type { Counted } from './serve-metrics';

export function createDoorMetrics(): DoorMetrics & Counted {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const uploads = new Counter({ name: 'imports_uploads_total', help: 'Uploads by result.', labelNames: ['client', 'result'], registers });
  const bytes = new Counter({ name: 'imports_upload_bytes_total', help: 'Bytes of complete uploads.', labelNames: ['client'], registers });
  const logins = new Counter({ name: 'imports_logins_total', help: 'Logins by result.', labelNames: ['method', 'result'], registers });

  const turnedAway = new Counter({
    name: 'imports_connections_turned_away_total',
    help: 'Connections that were dropped at once.',
    labelNames: ['reason'],
    registers,
  });
  const bans = new Counter({ name: 'imports_bans_total', help: 'Addresses that were banned.', registers });

  return {
    uploadEnded({ clientId, result, bytes: size }) {
      uploads.inc({ client: clientId, result });
      if (result === 'complete') bytes.inc({ client: clientId }, size);
    },
    loginEnded: ({ method, result }) => logins.inc({ method, result }),
    peerTurnedAway: (reason) => turnedAway.inc({ reason }),
    addressBanned: () => bans.inc(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
