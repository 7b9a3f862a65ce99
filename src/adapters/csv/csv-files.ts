// CSV in and out: the one implementation of the CsvFiles port, and with its neighbours the only home of csv-parse and csv-stringify.

import { open } from 'node:fs/promises';
import path from 'node:path';
import type { RawRow } from '../../domain/record/record';
import { ImportsError } from '../../errors';
import type { Chunk, Clock, CsvFiles } from '../../ports';
import { inspect } from './inspect';
import { parseRows } from './parse-rows';
import { countPersonRows, dropPersonRows } from './person-rows';
import { splitRecords } from './split-records';
import { markSwallowed, rowsIn } from './swallowed-rows';
import { vanished } from './vanished';
import { writeFailedRecords } from './write-failed-records';
import { writeTable } from './write-table';

const ROWS_AT_ONCE = 250;

/** The clock tells the inspection which dates lie in the future. */
export function createCsvFiles(clock: Clock = { now: () => new Date() }): CsvFiles {
  return {
    inspect: (file, settings, onProgress) => inspect(file, settings, clock.now().toISOString().slice(0, 10), onProgress),
    async *readChunk({ sourcePath, textPath }, { encoding, delimiter, headers }, chunk) {
      const bytes = await readRange(encoding === 'utf-8' ? sourcePath : textPath, chunk);
      const split = splitRecords({ bytes, delimiter: delimiter.charCodeAt(0), line: chunk.firstLine, isLast: true });
      const filled = split.spans.filter(({ kind }) => kind !== 'blank');
      const spans = markSwallowed(bytes, filled, delimiter, headers.length);
      if (rowsIn(bytes, spans) !== chunk.records) throw changed(chunk);
      yield* rowsInSteps(bytes, spans, delimiter);
    },
    writeFailedRecords,
    writeTable,
    countPersonRows,
    dropPersonRows,
  };
}

/** As many at a time as are written at once, so that no one waits for the parser and no row waits long. */
function* rowsInSteps(...[bytes, spans, delimiter]: Parameters<typeof parseRows>): Generator<RawRow> {
  for (let from = 0; from < spans.length; from += ROWS_AT_ONCE) yield* parseRows(bytes, spans.slice(from, from + ROWS_AT_ONCE), delimiter);
}

async function readRange(file: string, chunk: Chunk): Promise<Buffer> {
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

function changed({ n, records }: Chunk): ImportsError {
  return new ImportsError(
    'INVARIANT',
    `Chunk ${n} no longer holds its ${records} records: the claimed file changed since it was inspected.`,
  );
}
