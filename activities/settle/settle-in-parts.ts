// Settles lines that wait for one another's values, of an import or of an undo, in memory that a million of them hardly move: the plan
// keeps numbers only, and the records are read again in the order in which they can be written. The result of each part is written down
// behind it, so that a repetition continues with the rest. Others may take values meanwhile: then the rest is planned again.

import { TakeoverPlan, type Takeover, type UniqueField } from '../../src/domain/decide/takeover-plan';
import type { ImportId, UserId } from '../../src/domain/ids';
import { notNow } from '../../src/errors';
import type { SettledParts } from '../../src/ports';
import { beat } from '../heartbeat';
import { inBatches } from '../../src/domain/in-batches';
import { Lines } from '../../src/domain/number-lists';

/** Lines read and written at once. */
const BATCH = 500;
const PER_PART = 5_000;
/** How often the rest is planned again without progress. */
const MOST_VAIN_ROUNDS = 5;

/** A line that can be written now. */
export interface Due {
  readonly line: number;
  /** Values to be taken from their holders right before; no sooner, since nobody guards a released value. */
  readonly releases: readonly UniqueField[];
  /** Whether a value may be taken from this user, who gives it up. */
  isGiver(field: UniqueField, holder: UserId): boolean;
}

/** A line that cannot be. */
export interface Lost {
  readonly line: number;
  /** What stays with its holder; null = all that it wants. */
  readonly fields: readonly UniqueField[] | null;
}

/** Works on some lines and adds up the results. Each call returns the lines that have to be looked at again. */
interface PartOfSettlement<Result> {
  write(due: readonly Due[]): Promise<readonly number[]>;
  leave(lost: readonly Lost[]): Promise<readonly number[]>;
  result(): Result;
}

export interface Settlement<Result> {
  readonly importId: ImportId;
  readonly parts: SettledParts<Result>;
  /** In order of the file. */
  deferred(): AsyncIterable<readonly number[]>;
  /** One a line, in their order; null = it cannot be written any more, whatever others give up. */
  takeovers(lines: readonly number[]): Promise<readonly (Takeover | null)[]>;
  begin(): PartOfSettlement<Result>;
  /** When all lines are settled, before that is written down. */
  beforeEnd(): Promise<void>;
}

/** How many lines it was about. */
export async function settleInParts<Result>(settlement: Settlement<Result>): Promise<number> {
  const { importId, parts } = settlement;
  const done = new Lines();
  let n = 0;
  for await (const part of parts.settled(importId)) {
    if (part.isLast) return done.count;
    n = part.n + 1;
    for (const line of part.lines) done.add(line);
  }
  const all = new Lines();
  for await (const lines of settlement.deferred()) for (const line of lines) if (!done.has(line)) all.add(line);

  const end = async (part: PartOfSettlement<Result>, lines: readonly number[], isLast: boolean) => {
    const isMine = await parts.putSettled(importId, { n: n++, lines, result: part.result(), isLast });
    if (!isMine) throw notNow(`Another worker settles import ${importId}, too; the step is tried again.`);
    beat();
  };
  /** Returns through `again` what has to be looked at again. */
  const inParts = async <T extends { readonly line: number }>(
    items: Iterable<T>,
    again: Lines,
    work: (part: PartOfSettlement<Result>, batch: readonly T[]) => Promise<readonly number[]>,
  ) => {
    for await (const some of inBatches(items, PER_PART)) {
      const part = settlement.begin();
      const left = new Set<number>();
      for await (const batch of inBatches(some, BATCH)) {
        for (const line of await work(part, batch)) left.add(line);
        beat();
      }
      for (const line of left) again.add(line);
      const settled = some.map(({ line }) => line).filter((line) => !left.has(line));
      if (settled.length > 0) await end(part, settled, false);
    }
  };

  let open = all;
  for (let vainRounds = 0; open.count > 0;) {
    const { plan, isHopeless } = await planOf(settlement, open);
    const again = new Lines();
    const isLastRound = vainRounds >= MOST_VAIN_ROUNDS;
    await inParts(lostIn(open, plan, isHopeless, isLastRound), again, (part, lost) => part.leave(lost));
    if (!isLastRound) await inParts(dueIn(open, plan, isHopeless), again, (part, due) => part.write(due));
    vainRounds = again.count === open.count ? vainRounds + 1 : 0;
    open = again.sort();
  }
  await settlement.beforeEnd();
  await end(settlement.begin(), [], true);
  return done.count + all.count;
}

async function planOf<Result>(settlement: Settlement<Result>, open: Lines) {
  const plan = new TakeoverPlan();
  const isHopeless = new Uint8Array(open.count);
  for (let from = 0; from < open.count; from += BATCH) {
    const takeovers = await settlement.takeovers(open.slice(from, from + BATCH));
    takeovers.forEach((takeover, at) => {
      if (takeover === null) isHopeless[from + at] = 1;
      plan.add(takeover ?? { userId: '' as UserId, wants: [], givesUp: [] });
    });
    beat();
  }
  plan.settle();
  return { plan, isHopeless };
}

function* lostIn(open: Lines, plan: TakeoverPlan, isHopeless: Uint8Array, all: boolean): Generator<Lost> {
  for (let at = 0; at < open.count; at++) {
    const fields = plan.lostBy(at);
    if (fields.length > 0 || isHopeless[at] === 1) yield { line: open.at(at), fields };
    else if (all) yield { line: open.at(at), fields: null };
  }
}

function* dueIn(open: Lines, plan: TakeoverPlan, isHopeless: Uint8Array): Generator<Due> {
  for (const at of plan.givenInOrder()) {
    if (isHopeless[at] === 1) continue;
    yield { line: open.at(at), releases: plan.releasesFor(at), isGiver: (field, holder) => plan.isGiver(at, field, holder) };
  }
}
