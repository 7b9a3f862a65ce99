// Sizes and offsets are 64 bits wide on the wire; no file is larger than 2^53, and no number beyond that is exact here.

import { FolderError } from '../../door/folder/folder-error';

export function safeNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FolderError('failed', 'Offset or size is out of range');
  return Number(value);
}
