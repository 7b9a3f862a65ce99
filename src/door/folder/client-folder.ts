// What all sessions of one client share: where its files lie, what is being uploaded, and what has just been published.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientId } from '../../domain/ids';
import type { FolderLayout } from '../../domain/client/profiles';
import type { Clock, DoorMetrics, Log } from '../../ports';
import type { Limits } from '../limits';
import { backupRoom, NEARLY_FULL, type BackupRoom } from './backup-room';
import { recentFiles, type RecentFiles } from './recent-files';
import { Room } from './room';
import { Staging } from './staging';
import { type VirtualPath, isImportable, showVirtualPath } from './virtual-path';

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
  readonly quiet: ReturnType<typeof watchQuiet>;
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
    backups: backupRoom(root, options.limits, (backedUp, share) => {
      metrics.backupsCounted({ clientId, ...backedUp, share });
      if (share >= NEARLY_FULL)
        log.warn('The .bak of a client is nearly full', { clientId, ...backedUp, percent: Math.floor(share * 100) });
    }),
    uploads: new Set(),
    sessions: new Set(),
    openFiles: new Set(),
    recent: recentFiles(clock),
    quiet: watchQuiet(layout, options.quietMs, tell),
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

// The scan compares file times of a coarser clock with its own: it must not come a moment too early.
const MARGIN_MS = 25;
// One look finds all files that are ready: a burst of uploads is not worth as many looks.
const APART_MS = 250;

/**
 * Tells when files have become ready: published, and not touched for the quiet period. What a restart forgets, the client's schedule finds.
 * `tell` must not reject; files that become ready while it runs, or right after it, are told together.
 */
function watchQuiet(layout: FolderLayout, quietMs: number, tell: () => Promise<void>) {
  const dueAt = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let telling = false;
  let toldAt = -Infinity;
  let stopped = false;

  const arm = (): void => {
    if (timer !== undefined || telling || stopped || dueAt.size === 0) return;
    const next = Math.max(Math.min(...dueAt.values()), toldAt + APART_MS);
    timer = setTimeout(() => void look(), Math.max(0, next - performance.now()));
  };
  const look = async (): Promise<void> => {
    timer = undefined;
    const now = performance.now();
    const ready = [...dueAt].filter(([, due]) => due <= now);
    for (const [path] of ready) dueAt.delete(path);
    if (ready.length > 0) {
      telling = true;
      toldAt = now;
      await tell();
      telling = false;
    }
    arm();
  };
  return {
    touch(path: VirtualPath): void {
      if (stopped || !isImportable(layout, path)) return;
      dueAt.set(showVirtualPath(path), performance.now() + quietMs + MARGIN_MS);
      arm();
    },
    forget(path: VirtualPath): void {
      dueAt.delete(showVirtualPath(path));
    },
    stop(): void {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
