// Every record of a file with what would be decided on it, batch by batch, nothing written: checked and decided as an import does it.

import { userIdOf, type UserId } from '../../src/domain/ids';
import type { CheckedRecord, Decided, FileMark } from '../../src/domain/record/record';
import type { Chunk, CsvFiles } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { checkerOf } from '../apply/apply-chunk';
import { decideOne, zeroTwinsOf, type ApplyContext } from '../apply/apply-records';
import { withKnownGroups } from '../apply/group-names';
import { layoutOf } from '../load-import';

const BATCH = 1_000;

export interface PlanSource {
  readonly context: ApplyContext;
  readonly paths: Parameters<CsvFiles['readChunk']>[0];
  /** All chunks in order, as often as asked. */
  readonly chunks: () => AsyncIterable<Chunk>;
}

export interface Walked {
  readonly userId: UserId;
  readonly record: CheckedRecord;
  readonly cells: readonly string[];
  readonly decided: Decided;
}

interface Row {
  readonly record: CheckedRecord;
  readonly mark: FileMark | undefined;
  readonly cells: readonly string[];
}

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
      return { ...row, userId, decided: decideOne(context, row, users.get(userId), zeroTwins) };
    });
    const batch = { repeated, decided };
    rows = [];
    repeated = 0;
    return batch;
  };

  for await (const chunk of chunks()) {
    const marks = new Map(chunk.marks.map((mark) => [mark.line, mark]));
    for await (const row of ports.csv.readChunk(paths, layout, chunk)) {
      const mark = marks.get(row.line);
      if (mark?.repeats === true) repeated++;
      else rows.push({ record: check(row), mark, cells: row.cells });
      if (rows.length === BATCH) yield await decideAll();
    }
  }
  yield await decideAll();
}
