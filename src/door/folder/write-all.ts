// Writing that is done when it returns: a single write may take less than it was given.

import type { FileHandle } from 'node:fs/promises';

const COPY_BYTES = 1024 * 1024;

export async function writeAll(file: FileHandle, data: Buffer, at: number): Promise<void> {
  for (let done = 0; done < data.length;) done += (await file.write(data, done, data.length - done, at + done)).bytesWritten;
}

/** Copies from the beginning to the end and closes the source. Returns the number of bytes. */
export async function copyAll(source: FileHandle, target: FileHandle): Promise<number> {
  try {
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    for (let copied = 0; ;) {
      const { bytesRead } = await source.read(buffer, 0, buffer.length, copied);
      if (bytesRead === 0) return copied;
      await writeAll(target, buffer.subarray(0, bytesRead), copied);
      copied += bytesRead;
    }
  } finally {
    await source.close();
  }
}
