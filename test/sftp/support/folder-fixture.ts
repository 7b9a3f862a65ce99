// One client's folder on disk, and scripted sessions on it; no network, a clock that the test turns.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientId } from '../../../src/domain/ids';
import { PROFILES, type ProfileName } from '../../../src/domain/client/profiles';
import { OPEN_FLAG } from '../../../src/sftp/codec/protocol';
import { LIMITS, type Limits } from '../../../src/door/limits';
import { openClientFolder, type ClientFolder } from '../../../src/door/folder/client-folder';
import { Handles } from '../../../src/sftp/session/handles';
import { clientId, type LogLine } from './front-door-fixture';
import { Peer } from './peer';

export const WRITE_NEW = OPEN_FLAG.write | OPEN_FLAG.create | OPEN_FLAG.truncate;
/** As scp opens, whether or not the file is there. */
export const WRITE_KEEP = OPEN_FLAG.write | OPEN_FLAG.create;
export const APPEND = OPEN_FLAG.write | OPEN_FLAG.append | OPEN_FLAG.create;

export interface FolderFixture {
  readonly dataDir: string;
  readonly folder: ClientFolder;
  readonly root: string;
  readonly staging: string;
  readonly lines: LogLine[];
  readonly ready: ClientId[];
  advance(milliseconds: number): void;
  connect(options?: { readonly maxFileBytes?: number; readonly stopping?: boolean }): Peer;
  /** Forgets what is in memory, as a new process does. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

export async function openFolderFixture(
  quietMs = 60_000,
  profile: ProfileName = 'opscom',
  limits: Limits = LIMITS,
): Promise<FolderFixture> {
  const dataDir = await mkdtemp(join(tmpdir(), 'folder-'));
  const lines: LogLine[] = [];
  const ready: ClientId[] = [];
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead) };
  const at =
    (level: LogLine['level']) =>
    (message: string, fields = {}): void =>
      void lines.push({ level, message, fields });
  const log = { info: at('info'), warn: at('warn'), error: at('error') };
  const nothing = (): void => undefined;
  const metrics = { uploadEnded: nothing, loginEnded: nothing, peerTurnedAway: nothing, addressBanned: nothing, backupsCounted: nothing };
  const onReady = async (id: ClientId): Promise<void> => void ready.push(id);
  const open = (): Promise<ClientFolder> =>
    openClientFolder({
      dataDir,
      clientId: clientId('acme'),
      layout: PROFILES[profile].layout,
      limits,
      quietMs,
      clock,
      log,
      metrics,
      onReady,
    });
  let folder = await open();
  return {
    dataDir,
    get folder() {
      return folder;
    },
    root: join(dataDir, 'clients', 'acme'),
    staging: join(dataDir, 'uploads', 'acme'),
    lines,
    ready,
    advance: (milliseconds) => void (ahead += milliseconds),
    connect: ({ maxFileBytes = 1_000_000, stopping = false } = {}) =>
      new Peer({ folder, handles: new Handles(folder.openFiles, limits.clientOpenFiles), maxFileBytes, isStopping: () => stopping }),
    async restart() {
      folder.quiet.stop();
      folder = await open();
    },
    async remove() {
      folder.quiet.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
