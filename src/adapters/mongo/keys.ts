// How keys of documents are put together. They are padded so that the order of `_id`s is the order of lines, and a part of an import
// is one range of them.

import type { ImportId } from '../../domain/ids';

export function lineKey(importId: ImportId, line: number): string {
  return `${importId}/${String(line).padStart(9, '0')}`;
}

export function chunkKey(importId: ImportId, n: number): string {
  return `${importId}/${String(n).padStart(6, '0')}`;
}

/** Every key `<importId>/…`: `0` is the character right behind `/`. */
export function keysOf(importId: ImportId): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${importId}/`, $lt: `${importId}0` };
}
