// What all sessions of one client share: where its files lie, what is being uploaded, and what has just been published.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientId } from '../../domain/ids';
import type { FolderLayout } from '../../domain/client/profiles';
import type { Clock, DoorMetrics, Log } from '../../ports';
import type { Limits } from '../limits';
import { BackupRoom, NEARLY_FULL } from './backup-room';
import { QuietWatch } from './quiet-watch';
import { RecentFiles } from './recent-files';
import { Room } from './room';
import { Staging } from './staging';
import type { VirtualPath } from './virtual-path';

export interface ClientFolder {
  readonly clientId: ClientId;
  /** The directory that the client sees as `/`. */
  readonly root: string;
  readonly layout: FolderLayout;
  readonly staging: Staging;
  readonly room: Room;
  readonly backups: BackupRoom;
  /** Uploads that are open in this process. */
  readonly uploads: Set<OpenUpload>;
  /** Sessions of the client in this process, and what they hold open: there is a limit to both. */
  readonly sessions: Set<unknown>;
  readonly openFiles: Set<unknown>;
  readonly recent: RecentFiles;
  readonly quiet: QuietWatch;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: DoorMetrics;
  /** Runs one change of names after the other, so that looking before leaping is safe between the client's own sessions. */
  inTurn<T>(change: () => Promise<T>): Promise<T>;
}

export interface OpenUpload {
  /** As shown to the client. */
  readonly path: string;
  readonly bytes: number;
  /** Undefined while nothing is staged. */
  readonly stagedId: string | undefined;
  /** The upload was replaced or dropped: whatever still arrives for it is refused with this sentence. */
  lose(why: string): Promise<void>;
  /** It is published there instead. */
  moveTo(path: VirtualPath): void;
}

export async function openClientFolder(options: {
  readonly dataDir: string;
  readonly clientId: ClientId;
  readonly layout: FolderLayout;
  readonly limits: Limits;
  readonly quietMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: DoorMetrics;
  readonly onReady: (clientId: ClientId) => Promise<void>;
}): Promise<ClientFolder> {
  const { dataDir, clientId, layout, clock, log, metrics } = options;
  const root = join(dataDir, 'clients', clientId);
  const staging = new Staging(join(dataDir, 'uploads', clientId));
  for (const name of ['', ...layout.folders]) await mkdir(join(root, name), { recursive: true });
  await staging.prepare();
  const tell = async (): Promise<void> => {
    try {
      await options.onReady(clientId);
    } catch (error) {
      // The scan of the client's schedule looks into the folder anyway.
      log.warn('Announcing a ready upload failed', { clientId, error });
    }
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    clientId,
    root,
    layout,
    staging,
    room: new Room({ clientId, uploads: join(root, ...layout.upload.folder), staging, log }, options.limits),
    backups: new BackupRoom(root, options.limits, (backedUp, share) => {
      metrics.backupsCounted({ clientId, ...backedUp, share });
      if (share >= NEARLY_FULL)
        log.warn('The .bak of a client is nearly full', { clientId, ...backedUp, percent: Math.floor(share * 100) });
    }),
    uploads: new Set(),
    sessions: new Set(),
    openFiles: new Set(),
    recent: new RecentFiles(clock),
    quiet: new QuietWatch(layout, options.quietMs, tell),
    clock,
    log,
    metrics,
    inTurn: (change) => {
      const mine = last.then(change);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
}
