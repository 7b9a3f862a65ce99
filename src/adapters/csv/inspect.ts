// One pass over a claimed file, and a second look at records that name the same user but are not written alike: is it a file that can be
// imported, and where do its chunks lie? Refusals are results; only a broken world throws.

import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { ClientSettings } from '../../domain/client';
import { type Refusal, refuseDamaged, refuseEncoding, refuseGarbledUtf8, refuseTooLarge } from '../../domain/reason/refusals';
import type { CsvFiles } from '../../ports';
import type { InSteps } from '../../domain/file/group-equals';
import type { Inspection } from '../../domain/file/inspection';
import type { RawRow } from '../../domain/record/record';
import { ImportsError } from '../../errors';
import { separationOf, sniff, SNIFF_BYTES } from './sniff';
import { readChunk, vanished } from './read-chunk';
import { RecordIndex } from './record-index';
import { readText } from './read-text';
import { Utf8Watch } from './text-decoder';
import { writeAtomically } from '../write-atomically';

export async function inspect(
  { sourcePath, textPath, idsPath, fileName, lineBreakHabit = null }: Parameters<CsvFiles['inspect']>[0],
  settings: ClientSettings,
  today: string,
  onProgress: (bytes: number) => void,
): Promise<Inspection> {
  const { size } = await stat(sourcePath).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? vanished(path.dirname(sourcePath)) : error;
  });
  const hash = createHash('sha256');
  const refused = async (refusal: Refusal): Promise<Inspection> => ({
    sha256: await hashOf(sourcePath, onProgress),
    bytes: size,
    verdict: { kind: 'refused', refusal },
  });

  if (size > settings.maxFileBytes) return refused(refuseTooLarge(settings.maxFileBytes));
  const head = await firstBytes(sourcePath, SNIFF_BYTES);
  const sniffed = sniff(fileName, head, settings.encoding);
  if (sniffed.kind === 'refused') return refused(sniffed.refusal);

  const { encoding, bomBytes } = sniffed;
  const garbled = encoding === 'windows-1252' ? new Utf8Watch() : undefined;
  let index: RecordIndex | undefined;
  for await (const { bytes, offset, isBroken } of readText({
    sourcePath,
    textPath,
    encoding,
    bomBytes,
    hash,
    onProgress,
    watch: garbled,
  })) {
    index ??= new RecordIndex({ settings, today, encoding, ...separationOf(settings, bytes), offset });
    const zero = bytes.indexOf(0);
    const refusal = index.add(zero === -1 ? bytes : bytes.subarray(0, zero));
    if (refusal !== undefined) return refused(refusal);
    if (zero !== -1) return refused(refuseDamaged(index.lineReached));
    if (isBroken)
      return refused(garbled?.isUtf8 === true ? refuseGarbledUtf8() : refuseEncoding(index.lineReached, encoding, settings.encoding));
  }
  garbled?.add(Buffer.alloc(0), true);
  if (garbled?.isUtf8 === true) return refused(refuseGarbledUtf8());
  const beat = () => onProgress(size);
  const table = index!;
  const refusal = table.end();
  if (refusal !== undefined) return refused(refusal);
  const file = { sourcePath, textPath };
  for await (const row of rowsOn(await stepByStep(table.doubtful(), beat), file, table, beat)) table.tell(row);
  const found = await stepByStep(table.finish(lineBreakHabit), beat);
  const { ids, records, inactiveRecords, endsInLineBreak } = found;
  await writeAtomically(idsPath, (handle) => handle.writeFile(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength)));
  const idsByLine = new Map<number, string>();
  // Nobody knew that they would be named.
  for await (const row of rowsOn(found.named, file, table, beat)) idsByLine.set(row.line, table.uniqueIdOf(row));
  return {
    sha256: hash.digest('hex'),
    bytes: size,
    verdict: { kind: 'accepted', records, inactiveRecords, layout: table.layout, endsInLineBreak, chunks: found.chunks(idsByLine) },
  };
}

/** Other imports of this process wait no longer than one step. */
async function stepByStep<Result>(steps: InSteps<Result>, beat: () => void): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    beat();
    await setImmediate();
  }
}

/** The rows on these lines, in order, read again: of the chunks that hold any. */
async function* rowsOn(
  lines: Iterable<number>,
  file: Parameters<CsvFiles['readChunk']>[0],
  { layout, ranges }: Pick<RecordIndex, 'layout' | 'ranges'>,
  beat: () => void,
): AsyncGenerator<RawRow> {
  const wanted = lines[Symbol.iterator]();
  let next = wanted.next();
  for (const [at, range] of ranges.entries()) {
    if (next.done === true) return;
    if (next.value >= (ranges[at + 1]?.firstLine ?? Infinity)) continue;
    beat();
    for (const row of await readChunk(file, layout, range)) {
      if (row.line !== next.value) continue;
      yield row;
      next = wanted.next();
    }
  }
  if (next.done !== true) throw new ImportsError('INVARIANT', `No record begins on line ${next.value}, where one was found before.`);
}

async function firstBytes(file: string, most: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(most), 0, most, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** A refused file was not read to its end; its hash is wanted all the same. */
async function hashOf(file: string, onProgress: (bytes: number) => void): Promise<string> {
  const hash = createHash('sha256');
  const handle = await open(file, 'r');
  try {
    const block = Buffer.alloc(1024 * 1024);
    for (let position = 0; ;) {
      const { bytesRead } = await handle.read(block, 0, block.length, position);
      if (bytesRead === 0) return hash.digest('hex');
      hash.update(block.subarray(0, bytesRead));
      position += bytesRead;
      onProgress(position);
    }
  } finally {
    await handle.close();
  }
}
