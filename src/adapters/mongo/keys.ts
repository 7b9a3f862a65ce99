// How keys of documents are put together. They are padded so that the order of `_id`s is the order of lines, and a part of an import
// is one range of them.

import { mongo } from 'mongoose';
import type { ImportId } from '../../domain/ids';
import type { PermitId } from './documents';

export function lineKey(importId: ImportId, line: number): string {
  return `${importId}/${String(line).padStart(9, '0')}`;
}

/** `of` = the import, or a round of its undo. */
export function chunkKey(of: string, n: number): string {
  return `${of}/${String(n).padStart(6, '0')}`;
}

/** Behind the keys of all chunks. `of` = the import, or a round of its undo. */
export function settledKey(of: string, n: number): string {
  return `${of}/settled-${String(n).padStart(6, '0')}`;
}

/** Every key of a settled part. */
export function settledKeysOf(of: string): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${of}/settled-`, $lt: `${of}0` };
}

/** Every key `<of>/…`: `0` is the character right behind `/`. */
export function keysOf(of: string): { readonly $gte: string; readonly $lt: string } {
  return { $gte: `${of}/`, $lt: `${of}0` };
}

/** Ids that MongoDB tells apart have different texts, 5 and "5" too, and two dates within the same second. */
export function textOfPermitId(permitId: PermitId): string {
  if (typeof permitId === 'number' || permitId instanceof mongo.ObjectId) return String(permitId);
  return mongo.BSON.EJSON.stringify(permitId, { relaxed: false });
}
