// Every record of a file with what would be decided on it, batch by batch, nothing written: checked and decided as an import does it.

import { userIdOf, type UserId } from '../../src/domain/ids';
import type { CheckedRecord, Decided, FileMark } from '../../src/domain/record/record';
import type { CsvFiles } from '../../src/ports';
import type { Chunk } from '../../src/domain/file/inspection';
import type { ActivityPorts } from '../activity-ports';
import { checkerOf, pathsOf } from '../apply/apply-chunk';
import { decideOne, zeroTwinsOf, type ApplyContext, supersededBy } from '../apply/apply-records';
import { withKnownGroups } from '../apply/group-names';
import { layoutOf } from '../load-import';
import type { Client } from '../../src/domain/client';
import type { ImportRun } from '../../src/domain/import-run';

const BATCH = 1_000;

export interface PlanSource {
  readonly context: ApplyContext;
  readonly paths: Parameters<CsvFiles['readChunk']>[0];
  /** All chunks in order, as often as asked. */
  readonly chunks: () => AsyncIterable<Chunk>;
}

interface Row {
  readonly record: CheckedRecord;
  readonly mark: FileMark | undefined;
  readonly cells: readonly string[];
}

type Walked = Row & Decided & { readonly userId: UserId };

/** `repeated` = records of the batch that only repeat an earlier one; they are decided on no further. */
export async function* walkDecisions(
  ports: Pick<ActivityPorts, 'users' | 'groups' | 'csv'>,
  { context, paths, chunks }: PlanSource,
): AsyncGenerator<{ readonly repeated: number; readonly decided: readonly Walked[] }> {
  const { run, client } = context;
  const layout = layoutOf(run);
  const check = checkerOf(run, client, layout);
  let rows: Row[] = [];
  let repeated = 0;

  const decideAll = async () => {
    const ids = rows.map(({ record }) => userIdOf(run.clientId, record.uniqueId));
    const users = await ports.users.read(ids.filter((_, at) => rows[at]!.record.uniqueId !== ''));
    const strangers = rows.flatMap(({ record }, at) => (users.has(ids[at]!) ? [] : [record.uniqueId]));
    const zeroTwins = await zeroTwinsOf(ports, context, strangers);
    const spelled = await withKnownGroups(ports, run.clientId, rows);
    const decided = spelled.map((row, at) => {
      const userId = ids[at]!;
      return { ...row, userId, ...decideOne(context, row, users.get(userId), zeroTwins) };
    });
    const batch = { repeated, decided };
    rows = [];
    repeated = 0;
    return batch;
  };

  for await (const chunk of chunks()) {
    const marks = new Map(chunk.marks.map((mark) => [mark.line, mark]));
    for (const row of await ports.csv.readChunk(paths, layout, chunk)) {
      const mark = marks.get(row.line);
      if (mark?.repeats === true) repeated++;
      else rows.push({ record: check(row), mark, cells: row.cells });
      if (rows.length === BATCH) yield await decideAll();
    }
  }
  yield await decideAll();
}

/** Of a claimed file: the import with its own settings, its file in `work/`, and what newer files have said. */
export async function planSource(ports: Pick<ActivityPorts, 'imports' | 'files'>, run: ImportRun, client: Client): Promise<PlanSource> {
  return {
    context: { run, client, isSuperseded: await supersededBy(ports, run) },
    paths: pathsOf(ports, run.importId),
    chunks: () => chunksOf(ports, run),
  };
}

async function* chunksOf({ imports }: Pick<ActivityPorts, 'imports'>, { importId, chunks }: ImportRun): AsyncGenerator<Chunk> {
  for (let n = 0; n < chunks; n++) {
    const chunk = await imports.chunk(importId, n);
    if (chunk !== undefined) yield chunk;
  }
}
