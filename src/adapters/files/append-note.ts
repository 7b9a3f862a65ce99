// Appends a line to a log that clients read. A step that runs again writes nothing twice: what the line says is looked for in the last
// part of the file first. A full log makes room for a new one and stays beside it, so that a client has at most two.

import { appendFile, mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { missingAsUndefined } from './sync-folder';

export const FULL_BYTES = 1024 * 1024;
const LOOKED_AT_BYTES = 64 * 1024;

/** `once` = not when a line says it already. */
export async function appendNote(file: string, note: { readonly at: Date; readonly text: string; readonly once: boolean }): Promise<void> {
  const { at, text, once } = note;
  await mkdir(path.dirname(file), { recursive: true });
  const { bytes, tail } = await endOf(file);
  if (once && tail.split('\n').some((line) => line.slice(line.indexOf(' ') + 1) === text)) return;
  if (bytes >= FULL_BYTES) await rename(file, path.join(path.dirname(file), `${path.parse(file).name}.1.log`));
  // A line that a crash cut off is left as it is.
  const start = bytes < FULL_BYTES && tail !== '' && !tail.endsWith('\n') ? '\n' : '';
  await appendFile(file, `${start}${at.toISOString()} ${text}\n`);
}

async function endOf(file: string): Promise<{ readonly bytes: number; readonly tail: string }> {
  const handle = await missingAsUndefined(open(file, 'r'));
  if (handle === undefined) return { bytes: 0, tail: '' };
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(size, LOOKED_AT_BYTES));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
    return { bytes: size, tail: buffer.toString('utf8', 0, bytesRead) };
  } finally {
    await handle.close();
  }
}
