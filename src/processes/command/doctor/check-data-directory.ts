// The data directory as the doctor sees it: whether it is the right one, can be written, has room, and holds the keys and the certificate by
// which clients know this server.

import { constants, stat, statfs, readFile } from 'node:fs/promises';
import path from 'node:path';
import { X509Certificate } from 'node:crypto';
import { mayBe } from '../../../cli/local-files';
import { loadHostKeys } from '../../../sftp/ssh/host-keys';
import type { ClientId } from '../../../domain/ids';
import type { FileStore } from '../../../ports';
import { ill, named, well, type Finding } from './finding';

const LEAST_FREE_BYTES = 1024 ** 3;
/** Every import leaves up to three files. */
const LEAST_FREE_FILES = 10_000;
const SOON_DAYS = 14;
const DAY_MS = 24 * 60 * 60 * 1000;
const HOST_KEYS = ['ssh_host_ed25519_key', 'ssh_host_ecdsa_key', 'ssh_host_rsa_key'];

/** `isOurs` = what lies in it says something about these clients, who are enabled. */
export async function checkDataDirectory(
  dataDir: string,
  files: Pick<FileStore, 'clientFolder'>,
  clients: readonly { readonly clientId: ClientId }[],
): Promise<{ readonly finding: Finding; readonly isOurs: boolean }> {
  const isUsable = await mayBe(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  if (!isUsable) {
    const finding = ill(`${dataDir} is not there or not writable`, 'Check IMPORTS_DATA_DIR, or start with: imports up');
    return { finding, isOurs: await mayBe(dataDir, constants.F_OK) };
  }
  const missing: ClientId[] = [];
  for (const { clientId } of clients) if (!(await files.clientFolder(clientId)).isThere) missing.push(clientId);
  if (missing.length === 0) return { finding: well(dataDir), isOurs: true };
  const isOurs = missing.length < clients.length;
  const todo = isOurs
    ? `Restore it from the backup, or make an empty one: imports client enable ${missing[0]}`
    : 'Run this where the data directory is mounted, or set IMPORTS_DATA_DIR';
  return { finding: ill(`no folder of ${named(missing)} in ${path.join(dataDir, 'clients')}`, todo), isOurs };
}

export async function checkDiskSpace(dataDir: string): Promise<Finding> {
  const { bavail, bsize, blocks, ffree, files } = await statfs(dataDir);
  return judgeDiskSpace({ freeBytes: bavail * bsize, bytes: blocks * bsize, freeFiles: files === 0 ? null : ffree });
}

/** `freeFiles` null = a file system that does not count them. */
export function judgeDiskSpace(disk: { readonly freeBytes: number; readonly bytes: number; readonly freeFiles: number | null }): Finding {
  const share = disk.bytes === 0 ? 0 : Math.floor((disk.freeBytes / disk.bytes) * 100);
  const free = `${(disk.freeBytes / 1024 ** 3).toFixed(1)} GiB free (${share} %)`;
  const room = 'Make room, or let old backups expire with IMPORTS_KEEP_BACKUP_DAYS';
  if (disk.freeBytes < LEAST_FREE_BYTES) return ill(free, room);
  if (disk.freeFiles !== null && disk.freeFiles < LEAST_FREE_FILES) return ill(`room for ${disk.freeFiles} more files only`, room);
  return well(free);
}

export async function checkHostKeys(dataDir: string): Promise<Finding> {
  const folder = path.join(dataDir, 'keys');
  const missing: string[] = [];
  const open: string[] = [];
  for (const name of HOST_KEYS) {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    if (found === undefined) missing.push(name);
    else if ((found.mode & 0o077) !== 0) open.push(name);
  }
  if (missing.length > 0) {
    return ill(
      `not in ${folder}: ${missing.join(', ')}`,
      'Restore them from the backup. On a new server, the front door makes them at its start',
    );
  }
  if (open.length > 0) return ill(`readable by others: ${open.join(', ')}`, `chmod 600 ${folder}/*`);
  // What clients are told to compare.
  return well((await loadHostKeys(folder)).fingerprints.join(', '));
}

/** Read from its file: asking the server would look like a peer that cannot log in. Undefined file = not known here. */
export async function checkFtpsCertificate(where: string, file: string | undefined, now: Date): Promise<Finding> {
  if (file === undefined) return well(where);
  const text = await readFile(file).catch(() => undefined);
  if (text === undefined)
    return ill(`${where}, certificate ${file} cannot be read`, 'Correct IMPORTS_FTPS_CERT or the permissions of the file');
  const expires = new Date(new X509Certificate(text).validTo);
  const until = expires.toISOString().slice(0, 10);
  const days = Math.floor((expires.getTime() - now.getTime()) / DAY_MS);
  if (days >= SOON_DAYS) return well(`${where}, certificate until ${until}`);
  return ill(`${where}, certificate ${days < 0 ? 'expired on' : 'expires on'} ${until}`, `Renew ${file}; it is read again by itself`);
}
