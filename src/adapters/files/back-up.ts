// Moves a claimed file to `.bak` with its receipt and failed records, under a name that is free. First by link, which never overwrites and so
// reserves the names beside it, too; the claimed file itself is removed last. A repetition knows its own link by the inode and does the rest
// again.

import { copyFile, link, lstat, mkdir, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { failedRecordsName, receiptName, isOurs } from '../../domain/file/folder-files';
import type { ImportId } from '../../domain/ids';
import { ImportsError } from '../../errors';
import { writeAtomically } from '../write-atomically';
import { missingAsUndefined, syncFolder } from './folder-files';

const MOST_NAME_BYTES = 255;
/** With it, the time, a number, an extension and `.result.json` still make a name. */
const MOST_STEM_BYTES = 200;

interface BackUpRequest {
  readonly importId: ImportId;
  readonly source: string;
  /** Where the failed records of the import lie, if it has any; they stay there for the e-mail. */
  readonly failedRecords: string;
  readonly folder: string;
  readonly name: string;
  readonly receipt: string;
}

/** `taken` = the name went to another file meanwhile: choose another. */
export async function backUp(request: BackUpRequest): Promise<'done' | 'taken'> {
  const { source, folder, name, importId } = request;
  await mkdir(folder, { recursive: true });
  const target = path.join(folder, name);
  const [from, there] = await Promise.all([inodeOf(source), inodeOf(target)]);
  if (from === undefined && there === undefined) {
    throw new ImportsError(
      'FILE_VANISHED',
      `The file of import ${importId} is neither in work/${importId} nor in .bak. Put it back from a backup, then retry the import.`,
    );
  }
  // The claimed file goes last: once it is gone, all else was done.
  if (from === undefined) return 'done';
  if (there === undefined && ((await isAnyThere(folder, namesBeside(name))) || !(await linkUnlessTaken(source, target)))) return 'taken';
  if (there !== undefined && there !== from) return 'taken';

  await writeAtomically(path.join(folder, receiptName(name)), (file) => file.writeFile(request.receipt), `${source}.receipt`);
  if ((await inodeOf(request.failedRecords)) !== undefined) {
    await copyFile(request.failedRecords, `${source}.failed`);
    await rename(`${source}.failed`, path.join(folder, failedRecordsName(name)));
  }
  await syncFolder(folder);
  await unlink(source);
  return 'done';
}

/** The names that lie beside a backed-up file. A client may upload a file that is named like a receipt. */
function namesBeside(name: string): readonly string[] {
  return [receiptName(name), failedRecordsName(name)];
}

async function isAnyThere(folder: string, names: readonly string[]): Promise<boolean> {
  const inodes = await Promise.all(names.map((one) => inodeOf(path.join(folder, one))));
  return inodes.some((inode) => inode !== undefined);
}

async function linkUnlessTaken(source: string, target: string): Promise<boolean> {
  try {
    await link(source, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when there is no such file. Exact: an inode may have more digits than a number. */
async function inodeOf(file: string): Promise<bigint | undefined> {
  return (await missingAsUndefined(lstat(file, { bigint: true })))?.ino;
}

/**
 * A name in `.bak` that nothing there has, for the file or for what lies beside it: nothing in `.bak` is ever overwritten. The file's own
 * name, unless it is taken or looks like that of a receipt; else `name.<UTC time>.csv`, else with a number behind the time.
 */
export async function freeBackupName(folder: string, fileName: string, at: Date): Promise<string> {
  if (!isOurs(fileName) && fitsWithNeighbours(fileName) && (await isFree(folder, fileName))) return fileName;
  const { ext } = path.parse(fileName);
  const extension = /^\.\w{1,10}$/.test(ext) ? ext : '';
  const stem = cutToBytes(fileName.slice(0, fileName.length - extension.length), MOST_STEM_BYTES);
  const time = at.toISOString().replace(/[-:]|\.\d+/g, '');
  for (let n = 1; ; n++) {
    const name = `${stem}.${time}${n === 1 ? '' : `-${n}`}${extension}`;
    if (await isFree(folder, name)) return name;
  }
}

function fitsWithNeighbours(name: string): boolean {
  return [name, ...namesBeside(name)].every((one) => Buffer.byteLength(one) <= MOST_NAME_BYTES);
}

async function isFree(folder: string, name: string): Promise<boolean> {
  return !(await isAnyThere(folder, [name, ...namesBeside(name)]));
}

/** Whole characters only. */
function cutToBytes(text: string, most: number): string {
  let cut = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > most) return cut;
    cut += character;
  }
  return cut;
}
