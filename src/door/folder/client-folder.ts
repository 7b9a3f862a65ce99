// What all sessions of one client share: where its files lie, what is being uploaded, and what has just been published.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientId } from '../../domain/ids';
import type { FolderLayout } from '../../domain/client/profiles';
import type { Clock, DoorMetrics, Log } from '../../ports';
import type { Limits } from '../limits';
import { BackupRoom, NEARLY_FULL } from './backup-room';
import { RecentFiles } from './recent-files';
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

// The scan compares file times of a coarser clock with its own: it must not come a moment too early.
const MARGIN_MS = 25;
// One look finds all files that are ready: a burst of uploads is not worth as many looks.
const APART_MS = 250;

/** Tells when files have become ready: published, and not touched for the quiet period. What a restart forgets, the client's schedule finds. */
export class QuietWatch {
  readonly #dueAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #telling = false;
  #toldAt = -Infinity;
  #stopped = false;
  readonly #layout: FolderLayout;
  readonly #quietMs: number;
  readonly #tell: () => Promise<void>;

  /** `tell` must not reject; files that become ready while it runs, or right after it, are told together. */
  constructor(layout: FolderLayout, quietMs: number, tell: () => Promise<void>) {
    this.#layout = layout;
    this.#quietMs = quietMs + MARGIN_MS;
    this.#tell = tell;
  }

  touch(path: VirtualPath): void {
    if (this.#stopped || !isImportable(this.#layout, path)) return;
    this.#dueAt.set(showVirtualPath(path), performance.now() + this.#quietMs);
    this.#arm();
  }

  forget(path: VirtualPath): void {
    this.#dueAt.delete(showVirtualPath(path));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#telling || this.#stopped || this.#dueAt.size === 0) return;
    const next = Math.max(Math.min(...this.#dueAt.values()), this.#toldAt + APART_MS);
    this.#timer = setTimeout(() => void this.#look(), Math.max(0, next - performance.now()));
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    const now = performance.now();
    const ready = [...this.#dueAt].filter(([, due]) => due <= now);
    for (const [path] of ready) this.#dueAt.delete(path);
    if (ready.length > 0) {
      this.#telling = true;
      this.#toldAt = now;
      await this.#tell();
      this.#telling = false;
    }
    this.#arm();
  }
}
