// What the front door counts, for Prometheus: uploads, logins, and files that no import has taken. Never who: an unknown name may be
// anything, a password among it.

import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import type { Clock, DoorMetrics } from '../../ports';
import type { WaitingFiles } from '../../domain/file/folder-files';
import { type Counted, within } from './serve-metrics';

/** A slow disk must not make the scrape fail: it then tells what the look before has found. */
const PATIENCE_MS = 2_000;

/** By how soon the files are expected to be taken. */
type FindWaiting = () => Promise<Readonly<Record<string, WaitingFiles>>>;

export function createDoorMetrics({
  findWaiting,
  clock,
}: {
  readonly findWaiting: FindWaiting;
  readonly clock: Clock;
}): DoorMetrics & Counted {
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
  const waiting = new Gauge({
    name: 'imports_waiting_files',
    help: 'Files in the folders of clients that no import has taken.',
    labelNames: ['intake'],
    registers,
  });
  const age = new Gauge({
    name: 'imports_oldest_waiting_file_seconds',
    help: 'How long the oldest file that no import has taken has been in its folder.',
    labelNames: ['intake'],
    registers,
  });

  let look: Awaited<ReturnType<FindWaiting>> = {};
  const tellWaiting = async (): Promise<void> => {
    look = await within(PATIENCE_MS, findWaiting()).catch(() => look);
    for (const [intake, { files, oldest }] of Object.entries(look)) {
      waiting.set({ intake }, files);
      age.set({ intake }, oldest === null ? 0 : Math.max(0, (clock.now().getTime() - oldest.getTime()) / 1000));
    }
  };

  const backups = new Gauge({
    name: 'imports_backup_share',
    help: "Of the allowance of a client's .bak, what is taken, from 0 to 1. At 1 its uploads are refused.",
    labelNames: ['client'],
    registers,
  });

  return {
    backupsCounted: ({ clientId, share }) => backups.set({ client: clientId }, share),
    uploadEnded({ clientId, result, bytes: size }) {
      uploads.inc({ client: clientId, result });
      if (result === 'complete') bytes.inc({ client: clientId }, size);
    },
    loginEnded: ({ method, result }) => logins.inc({ method, result }),
    peerTurnedAway: (reason) => turnedAway.inc({ reason }),
    addressBanned: () => bans.inc(),
    contentType: registry.contentType,
    async text() {
      await tellWaiting();
      return registry.metrics();
    },
  };
}
