// A name in `.bak` that nothing there has, for the file or for what lies beside it: nothing in `.bak` is ever overwritten.

import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { failedRecordsName, isOurs, receiptName } from '../../domain/file/backup-names';
import { missingAsUndefined } from './sync-folder';

const MOST_NAME_BYTES = 255;
/** With it, the time, a number, an extension and `.result.json` still make a name. */
const MOST_STEM_BYTES = 200;

/** The file's own name, unless it is taken or looks like that of a receipt; else `name.<UTC time>.csv`, else with a number behind the time. */
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
  return [name, receiptName(name), failedRecordsName(name)].every((one) => Buffer.byteLength(one) <= MOST_NAME_BYTES);
}

async function isFree(folder: string, name: string): Promise<boolean> {
  for (const one of [name, receiptName(name), failedRecordsName(name)]) {
    if ((await missingAsUndefined(lstat(path.join(folder, one)))) !== undefined) return false;
  }
  return true;
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
