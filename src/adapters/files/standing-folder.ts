// The folder of a client whose upload stays where it is: versions of the upload, status reports, and the log that the client reads.

import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ClientId } from '../../domain/ids';
import type { FileStore, StandingFolder } from '../../ports';
import { appendNote } from './append-note';
import { claimCopy, importOfHash, openSame, sha1Of } from './claim-copy';
import { readyFiles } from './folder-files';
import { removeOldBackups } from './remove-old-backups';
import { missingAsUndefined, syncFolder } from './sync-folder';

export function createStandingFolder(dataDir: string, { sourcePath }: Pick<FileStore, 'sourcePath'>): StandingFolder {
  const inFolder = (clientId: ClientId, ...names: readonly string[]) => path.join(dataDir, 'clients', clientId, ...names);
  const hashesOf = (clientId: ClientId) => inFolder(clientId, 'tmp');
  const reportPath = (clientId: ClientId, name: string) => inFolder(clientId, 'reports', path.basename(name));

  return {
    async readyVersion(clientId, { folder, fileName }, quietMs, now) {
      const { ready, quietAt } = await readyFiles(inFolder(clientId, ...folder), { quietMs, now, only: fileName });
      const [file] = ready;
      const opened = file && (await openSame(inFolder(clientId, ...folder, file.name), file.inode));
      if (file === undefined) return { quietAt };
      // Replaced at this moment.
      if (opened === undefined) return { quietAt: new Date(now.getTime() + quietMs) };
      const sha1 = await sha1Of(opened);
      return { quietAt, version: { file, sha1, claimedBy: (await importOfHash(hashesOf(clientId), sha1)) ?? null } };
    },

    claimCopy: (clientId, { folder }, importId, { name, inode }) =>
      claimCopy({
        importId,
        from: inFolder(clientId, ...folder, path.basename(name)),
        inode,
        source: sourcePath(importId),
        hashes: hashesOf(clientId),
      }),

    discardCopy: (importId) => rm(sourcePath(importId), { force: true }),

    statusReportPath: (importId) => path.join(path.dirname(sourcePath(importId)), 'status.csv'),

    async fileStatusReport(clientId, importId, name) {
      const target = reportPath(clientId, name);
      await mkdir(path.dirname(target), { recursive: true });
      await rename(path.join(path.dirname(sourcePath(importId)), 'status.csv'), target);
      await syncFolder(path.dirname(target));
    },

    async findStatusReport(clientId, name) {
      const found = await missingAsUndefined(lstat(reportPath(clientId, name)));
      return found?.isFile() === true ? reportPath(clientId, name) : undefined;
    },

    removeOldReports: (clientId, before, onProgress) => removeOldBackups(inFolder(clientId, 'reports'), before, onProgress),
    note: (clientId, note) => appendNote(inFolder(clientId, 'log', 'user-import.log'), note),
  };
}
