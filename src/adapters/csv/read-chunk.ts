// The rows of one chunk, out of its bytes alone, and the error for a claimed file that is gone.

import { open } from 'node:fs/promises';
import path from 'node:path';
import type { FileLayout } from '../../domain/import-run';
import type { RawRow } from '../../domain/record/record';
import { ImportsError } from '../../errors';
import type { CsvFiles } from '../../ports';
import { rowsInSteps, markSwallowed, rowsIn } from './parse-rows';
import type { ChunkRange } from './record-index';
import { splitRecords } from './split-records';

export async function readChunk(
  { sourcePath, textPath }: Parameters<CsvFiles['readChunk']>[0],
  { encoding, delimiter, headers }: Pick<FileLayout, 'encoding' | 'delimiter' | 'headers'>,
  chunk: ChunkRange,
): Promise<Iterable<RawRow>> {
  const bytes = await readRange(encoding === 'utf-8' ? sourcePath : textPath, chunk);
  const split = splitRecords({ bytes, delimiter: delimiter.charCodeAt(0), line: chunk.firstLine, isLast: true });
  const filled = split.spans.filter(({ kind }) => kind !== 'blank');
  const spans = markSwallowed(bytes, filled, delimiter, headers.length);
  if (rowsIn(bytes, spans) !== chunk.records) throw changed(chunk);
  return rowsInSteps(bytes, spans, delimiter);
}

async function readRange(file: string, chunk: ChunkRange): Promise<Buffer> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw vanished(path.dirname(file));
  });
  try {
    const bytes = Buffer.allocUnsafe(chunk.end - chunk.start);
    // A network file system may answer with less than was asked for.
    for (let filled = 0; filled < bytes.length;) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, chunk.start + filled);
      if (bytesRead === 0) throw changed(chunk);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

function changed({ n, records }: ChunkRange): ImportsError {
  return new ImportsError(
    'INVARIANT',
    `Chunk ${n} no longer holds its ${records} records: the claimed file changed since it was inspected.`,
  );
}

/** Only people can repair that, so the sentence says where it belongs: `folder`, whose name is the import's id. */
export function vanished(folder: string): ImportsError {
  const place = `work/${path.basename(folder)}`;
  return new ImportsError(
    'FILE_VANISHED',
    `The claimed file is gone from ${place}. Put it back as ${place}/source from a backup, then retry; or undo the import, and have the file sent again.`,
  );
}
