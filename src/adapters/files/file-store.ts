// The data directory: clients' folders, claimed files and what belongs to them. Everything moves by rename or link within one file
// system, so that no step leaves half a file. A client's file name is a single name out of a directory listing, and used as nothing else.

import { lstat, mkdir, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { failedRecordsName } from '../../domain/file/folder-files';
import type { ClientId, ImportId } from '../../domain/ids';
import { ImportsError } from '../../errors';
import type { FileStore } from '../../ports';
import { backUp, freeBackupName } from './back-up';
import { fileAt, isThere, missingAsUndefined, readyFiles, removeOldBackups, syncFolder, workFolders } from './folder-files';

const SOURCE = 'source';

export function createFileStore(dataDir: string): FileStore {
  const rootOf = (clientId: ClientId) => path.join(dataDir, 'clients', clientId);
  const backupsOf = (clientId: ClientId) => path.join(rootOf(clientId), '.bak');
  const backupPath = (clientId: ClientId, name: string) => path.join(backupsOf(clientId), singleName(name));
  const workOf = (importId: ImportId) => path.join(dataDir, 'work', importId);
  const sourcePath = (importId: ImportId) => path.join(workOf(importId), SOURCE);
  const idsPath = (importId: ImportId) => path.join(workOf(importId), 'ids');
  const failedRecordsPath = (importId: ImportId) => path.join(workOf(importId), 'failed.csv');

  return {
    sourcePath,
    idsPath,
    failedRecordsPath,
    textPath: (importId) => path.join(workOf(importId), 'text.csv'),
    undoReportPath: (importId) => path.join(workOf(importId), 'undo.csv'),
    cutPath: (importId, of) => path.join(workOf(importId), `${of}-cut.csv`),

    async findFailedRecords(clientId, importId, backup) {
      const inWork = failedRecordsPath(importId);
      if (await isThere(inWork)) return { where: 'work', path: inWork };
      const inBackup = backup === null ? undefined : await fileAt(backupPath(clientId, failedRecordsName(path.basename(backup))));
      return inBackup === undefined ? undefined : { where: 'backup', path: inBackup };
    },
    findBackup: (clientId, backup) => fileAt(backupPath(clientId, path.basename(backup))),
    removeBackup: (clientId, backup) => rm(backupPath(clientId, path.basename(backup)), { force: true }),
    async makeWorkFolder(importId) {
      await mkdir(workOf(importId), { recursive: true });
    },

    async prepareClient(clientId, layout) {
      for (const folder of ['', ...layout.folders]) {
        await mkdir(path.join(rootOf(clientId), folder), { recursive: true });
      }
      await mkdir(path.join(dataDir, 'uploads', clientId), { recursive: true });
    },

    async clientFolder(clientId) {
      const found = await missingAsUndefined(stat(rootOf(clientId)));
      return { path: rootOf(clientId), isThere: found?.isDirectory() === true };
    },

    async uploads(clientId, { upload: { folder } }) {
      const place = path.join(rootOf(clientId), ...folder);
      const entries = (await missingAsUndefined(readdir(place, { withFileTypes: true }))) ?? [];
      // Never a link: a client's folder is a client's folder.
      const names = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
      return names.toSorted().map((name) => ({ name: [...folder, name].join('/'), path: path.join(place, name) }));
    },

    readyFiles: (clientId, quietMs, now) => readyFiles(rootOf(clientId), { quietMs, now }),

    async claim(clientId, importId, { name, inode }) {
      const from = path.join(rootOf(clientId), singleName(name));
      const isClaimed = () => isThere(sourcePath(importId));
      if (await isClaimed()) return 'claimed';
      const found = await missingAsUndefined(lstat(from, { bigint: true }));
      if (found !== undefined && found.isFile() && String(found.ino) === inode) {
        await mkdir(workOf(importId), { recursive: true });
        await missingAsUndefined(rename(from, sourcePath(importId)));
        await syncFolder(workOf(importId));
        await syncFolder(rootOf(clientId));
      }
      // Asked last, so that of two workers with the same claim neither takes the other's success for a file that is gone. Another
      // inode under the name is another upload, which gets an import of its own.
      return (await isClaimed()) ? 'claimed' : 'gone';
    },

    freeBackupName: (clientId, fileName, at) => freeBackupName(backupsOf(clientId), fileName, at),

    backUp: (clientId, importId, backupName, receipt) =>
      backUp({
        source: sourcePath(importId),
        failedRecords: failedRecordsPath(importId),
        folder: backupsOf(clientId),
        name: singleName(backupName),
        receipt,
        importId,
      }),

    async readIds(importId) {
      const bytes = await missingAsUndefined(readFile(idsPath(importId)));
      // A copy, because a view of 64-bit numbers needs an aligned buffer of its own.
      return bytes === undefined ? undefined : new BigUint64Array(new Uint8Array(bytes).buffer);
    },

    workFolders: () => workFolders(path.join(dataDir, 'work'), SOURCE),
    removeOldBackups: (clientId, before, onProgress) => removeOldBackups(backupsOf(clientId), before, onProgress),

    async cleanUp(importId, keepIds) {
      if (await isThere(sourcePath(importId))) {
        throw new ImportsError('INVARIANT', `Import ${importId} was to be cleaned up, but its file is not in .bak yet. Retry the import.`);
      }
      if (!keepIds) return rm(workOf(importId), { recursive: true, force: true });
      const left = await missingAsUndefined(readdir(workOf(importId)));
      if (left === undefined) return;
      const others = left.filter((name) => name !== path.basename(idsPath(importId)));
      for (const name of others) await rm(path.join(workOf(importId), name), { force: true });
      if (others.length === left.length) await rmdir(workOf(importId));
    },
  };
}

/** The last guard of the jail: what is joined to a folder is one name in it. */
function singleName(name: string): string {
  if (name === '' || name === '.' || name === '..' || /[/\0]/.test(name)) {
    throw new ImportsError('INVARIANT', 'A file name with a path in it reached the data directory.');
  }
  return name;
}
