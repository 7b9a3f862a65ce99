// What the front door counts, for Prometheus: uploads, logins, and files that no import has taken. Never who: an unknown name may be
// anything, a password among it.

import type { Clock, DoorMetrics } from '../../ports';
import type { WaitingFiles } from '../../domain/file/folder-files';
import { within } from '../../domain/within';
import { createMeters, type Counted } from './serve-metrics';

/** A slow disk must not make the scrape fail: it then tells what the look before has found. */
const PATIENCE_MS = 2_000;

/** By how soon the files are expected to be taken. */
type FindWaiting = () => Promise<Readonly<Record<string, WaitingFiles>>>;

interface Counting {
  readonly findWaiting: FindWaiting;
  readonly clock: Clock;
}

export function createDoorMetrics({ findWaiting, clock }: Counting): DoorMetrics & Counted {
  const { registry, counter, gauge } = createMeters();

  const uploads = counter('imports_uploads_total', 'Uploads by result.', 'client', 'result');
  const bytes = counter('imports_upload_bytes_total', 'Bytes of complete uploads.', 'client');
  const logins = counter('imports_logins_total', 'Logins by result.', 'method', 'result');

  const turnedAway = counter('imports_connections_turned_away_total', 'Connections that were dropped at once.', 'reason');
  const bans = counter('imports_bans_total', 'Addresses that were banned.');
  const waiting = gauge('imports_waiting_files', 'Files in the folders of clients that no import has taken.', 'intake');
  const age = gauge(
    'imports_oldest_waiting_file_seconds',
    'How long the oldest file that no import has taken has been in its folder.',
    'intake',
  );

  let look: Awaited<ReturnType<FindWaiting>> = {};
  const tellWaiting = async (): Promise<void> => {
    look = await within(PATIENCE_MS, findWaiting()).catch(() => look);
    for (const [intake, { files, oldest }] of Object.entries(look)) {
      waiting.set({ intake }, files);
      age.set({ intake }, oldest === null ? 0 : Math.max(0, (clock.now().getTime() - oldest.getTime()) / 1000));
    }
  };

  const backups = gauge(
    'imports_backup_share',
    "Of the allowance of a client's .bak, what is taken, from 0 to 1. At 1 its uploads are refused.",
    'client',
  );

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
