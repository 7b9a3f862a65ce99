// Claims an upload that stays where it is: a copy of it into `work/`, then a file with its SHA-1 as name, which says that this version
// was taken, and by which import. Only one process can create that file, so two workers never import one version twice.

import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, readFile, rename, rm, unlink, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ImportId } from '../../domain/ids';
import { isThere, missingAsUndefined, syncFolder } from './folder-files';

const { O_RDONLY, O_NOFOLLOW } = constants;

interface ClaimCopyRequest {
  readonly importId: ImportId;
  /** The upload, and the inode that was found ready. */
  readonly from: string;
  readonly inode: string;
  /** Where the copy goes. */
  readonly source: string;
  /** Where the files with hashes lie. */
  readonly hashes: string;
}

/** `gone` = another file now, or claimed by another import. Safe to repeat. */
export async function claimCopy({ importId, from, inode, source, hashes }: ClaimCopyRequest): Promise<'claimed' | 'gone'> {
  if (!(await isThere(source)) && !(await copyWhole(from, inode, source))) return 'gone';
  // Of the copy: what is imported must match the hash, whatever is in the folder now.
  const sha1 = await sha1Of(await open(source, O_RDONLY));
  if ((await claimedBy(hashes, sha1, importId, path.dirname(source))) === importId) return 'claimed';
  await rm(path.dirname(source), { recursive: true, force: true });
  return 'gone';
}

/** Hex. Closes the file. */
export async function sha1Of(file: FileHandle): Promise<string> {
  const hash = createHash('sha1');
  await pipeline(file.createReadStream({ start: 0 }), hash);
  return hash.digest('hex');
}

/** The file at this place, if it is still the one with this inode. */
export async function openSame(from: string, inode: string): Promise<FileHandle | undefined> {
  const file = await missingAsUndefined(open(from, O_RDONLY | O_NOFOLLOW));
  if (file === undefined) return undefined;
  const found = await file.stat({ bigint: true });
  if (found.isFile() && String(found.ino) === inode) return file;
  await file.close();
  return undefined;
}

/** Under a name of its own until all of it is on the disk, so that `source` is always a whole file. */
async function copyWhole(from: string, inode: string, source: string): Promise<boolean> {
  const file = await openSame(from, inode);
  if (file === undefined) return false;
  await mkdir(path.dirname(source), { recursive: true });
  const copy = `${source}.${randomUUID()}`;
  try {
    const before = await file.stat({ bigint: true });
    await pipeline(createReadStream('', { fd: file, autoClose: false }), createWriteStream(copy, { flush: true }));
    const after = await file.stat({ bigint: true });
    // The door replaces an upload whole; a hand on the server may not.
    if (before.size !== after.size || before.mtimeNs !== after.mtimeNs) return false;
    await rename(copy, source);
  } finally {
    await rm(copy, { force: true });
    await file.close();
  }
  await syncFolder(path.dirname(source));
  return true;
}

/** Whose version it is: this import's, unless another one was there first. */
async function claimedBy(hashes: string, sha1: string, importId: ImportId, work: string): Promise<string> {
  await mkdir(hashes, { recursive: true });
  const mine = path.join(work, `sha1.${randomUUID()}`);
  await writeFile(mine, `${importId}\n`, { flush: true });
  try {
    await link(mine, path.join(hashes, sha1));
    await syncFolder(hashes);
    return importId;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Removed by the client this very moment: the next look sees to it.
    return (await importOfHash(hashes, sha1)) ?? '';
  } finally {
    await unlink(mine);
  }
}

/** The import that a version was claimed for; undefined when there is no hash file of it. */
export async function importOfHash(hashes: string, sha1: string): Promise<string | undefined> {
  return (await missingAsUndefined(readFile(path.join(hashes, sha1), 'utf8')))?.trim();
}
