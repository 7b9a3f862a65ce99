// Makes a failed-records file small enough for mail: its header and as many whole records as fit. Works on bytes, so that a file of
// any size costs one buffer: in CSV a line break outside quotes ends a record, and every quote, doubled ones included, flips in/out.

import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Attachment } from '../../domain/report/compose-mail';
import { writeAtomically } from '../write-atomically';

const LF = 0x0a;
const QUOTE = 0x22;

/** Writes the first records of `path` to `outPath`; null = the file fits as it is, and nothing is written. Safe to repeat. */
export async function cutAttachment(path: string, outPath: string, maxBytes: number): Promise<Attachment | null> {
  if ((await stat(path)).size <= maxBytes) return null;
  const source = await open(path);
  try {
    const head = await readHead(source, maxBytes);
    const { end, records } = wholeRecords(head);
    await writeAtomically(outPath, (file) => file.writeFile(head.subarray(0, end)));
    return { path: outPath, records };
  } finally {
    await source.close();
  }
}

async function readHead(source: FileHandle, maxBytes: number): Promise<Buffer> {
  const head = Buffer.alloc(maxBytes);
  let filled = 0;
  while (filled < maxBytes) {
    const { bytesRead } = await source.read(head, filled, maxBytes - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return head.subarray(0, filled);
}

/** The first line is the header, not a record. */
function wholeRecords(head: Buffer): { readonly end: number; readonly records: number } {
  let quoted = false;
  let end = 0;
  let lines = 0;
  for (let at = 0; at < head.length; at++) {
    const byte = head[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === LF && !quoted) {
      end = at + 1;
      lines++;
    }
  }
  return { end, records: Math.max(0, lines - 1) };
}
