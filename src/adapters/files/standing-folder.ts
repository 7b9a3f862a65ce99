// The folder of a client whose upload stays where it is: versions of the upload, status reports, and the log that the client reads.

import { mkdir, rename, rm, appendFile, open } from 'node:fs/promises';
import path from 'node:path';
import type { ClientId } from '../../domain/ids';
import type { FileStore, StandingFolder } from '../../ports';
import { claimCopy, importOfHash, openSame, sha1Of } from './claim-copy';
import { fileAt, missingAsUndefined, readyFiles, removeOldBackups, syncFolder } from './folder-files';

export const FULL_BYTES = 1024 * 1024;
const LOOKED_AT_BYTES = 64 * 1024;

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

    findStatusReport: (clientId, name) => fileAt(reportPath(clientId, name)),
    removeOldReports: (clientId, before, onProgress) => removeOldBackups(inFolder(clientId, 'reports'), before, onProgress),
    note: (clientId, note) => appendNote(inFolder(clientId, 'log', 'user-import.log'), note),
  };
}

/**
 * Appends a line to a log that clients read. A step that runs again writes nothing twice: what the line says is looked for in the last
 * part of the file first. A full log makes room for a new one and stays beside it, so that a client has at most two. `once` = not when a
 * line says it already.
 */
async function appendNote(file: string, note: { readonly at: Date; readonly text: string; readonly once: boolean }): Promise<void> {
  const { at, text, once } = note;
  await mkdir(path.dirname(file), { recursive: true });
  const { bytes, tail } = await endOf(file);
  if (once && tail.split('\n').some((line) => line.slice(line.indexOf(' ') + 1) === text)) return;
  if (bytes >= FULL_BYTES) await rename(file, path.join(path.dirname(file), `${path.parse(file).name}.1.log`));
  // A line that a crash cut off is left as it is.
  const start = bytes < FULL_BYTES && tail !== '' && !tail.endsWith('\n') ? '\n' : '';
  await appendFile(file, `${start}${at.toISOString()} ${text}\n`);
}

async function endOf(file: string): Promise<{ readonly bytes: number; readonly tail: string }> {
  const handle = await missingAsUndefined(open(file, 'r'));
  if (handle === undefined) return { bytes: 0, tail: '' };
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, LOOKED_AT_BYTES));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
    return { bytes: size, tail: buffer.toString('utf8', 0, bytesRead) };
  } finally {
    await handle.close();
  }
}
