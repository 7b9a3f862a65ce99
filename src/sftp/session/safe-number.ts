// Sizes and offsets are 64 bits wide on the wire; beyond 2^53 no file of ours reaches and no number of ours is exact.

import { FolderError } from '../../door/folder/folder-error';

export function safeNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FolderError('failed', 'Offset or size is out of range');
  return Number(value);
}
