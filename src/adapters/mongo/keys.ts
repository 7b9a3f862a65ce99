// How keys of documents are put together. They are padded so that the order of `_id`s is the order of lines, and a part of an import
// is one range of them.

import type { ImportId } from '../../domain/ids';
import type { PermitId } from './documents';

export function lineKey(importId: ImportId, line: number): string {
  return `${importId}/${String(line).padStart(9, '0')}`;
}

export function chunkKey(importId: ImportId, n: number): string {
  return `${importId}/${String(n).padStart(6, '0')}`;
}

/** Behind the keys of all chunks. */
export function settledKey(importId: ImportId, n: number): string {
  return `${importId}/settled-${String(n).padStart(6, '0')}`;
}

/** Every key of a settled part. */
export function settledKeysOf(importId: ImportId): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${importId}/settled-`, $lt: `${importId}0` };
}

/** Every key `<importId>/…`: `0` is the character right behind `/`. */
export function keysOf(importId: ImportId): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${importId}/`, $lt: `${importId}0` };
}

/** Ids that MongoDB tells apart have different texts, 5 and "5" too. */
export function textOfPermitId(permitId: PermitId): string {
  return typeof permitId === 'string' ? JSON.stringify(permitId) : String(permitId);
}
