// The claimed file as UTF-8, block by block, checked: hashed as it is read, and written beside it where its encoding is another.

import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileLayout } from '../../domain/import-run';
import { textDecoder } from './text-decoder';

const BLOCK_BYTES = 256 * 1024;
const NOTHING = Buffer.alloc(0);

interface TextRequest {
  readonly sourcePath: string;
  /** Where the UTF-8 copy goes; written only when the encoding is another. */
  readonly textPath: string;
  readonly encoding: FileLayout['encoding'];
  readonly bomBytes: number;
  /** Takes the bytes as they are in the file. */
  readonly hash: Hash;
  readonly onProgress: (bytes: number) => void;
  /** Sees the bytes as they are in the file, too. */
  readonly watch?: { add(bytes: Buffer): void } | undefined;
}

interface TextBlock {
  readonly bytes: Buffer;
  /** Where the block begins in the text that chunks will be read from. */
  readonly offset: number;
  /** What follows is not text in the file's encoding; this block is the last. */
  readonly isBroken: boolean;
}

export async function* readText(request: TextRequest): AsyncGenerator<TextBlock> {
  const isInPlace = request.encoding === 'utf-8';
  const copy = isInPlace ? undefined : await open(request.textPath, 'w');
  try {
    let offset = isInPlace ? request.bomBytes : 0;
    for await (const { text: bytes, isBroken } of decodeSource(request)) {
      await copy?.appendFile(bytes);
      yield { bytes, offset, isBroken };
      if (isBroken) return;
      offset += bytes.length;
    }
    await copy?.sync();
  } finally {
    await copy?.close();
  }
}

async function* decodeSource(request: TextRequest) {
  const decode = textDecoder(request.encoding);
  for await (const read of readSource(request)) yield decode(read, false);
  yield decode(NOTHING, true);
}

async function* readSource({ sourcePath, bomBytes, hash, onProgress, watch }: TextRequest): AsyncGenerator<Buffer> {
  let position = 0;
  for await (const read of createReadStream(sourcePath, { highWaterMark: BLOCK_BYTES }) as AsyncIterable<Buffer>) {
    hash.update(read);
    watch?.add(read);
    // The first block is never shorter than a BOM: a file that is, has been refused as empty.
    const text = position === 0 ? read.subarray(bomBytes) : read;
    position += read.length;
    onProgress(position);
    if (text.length > 0) yield text;
  }
}
