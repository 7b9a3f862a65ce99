// What waits for somebody, in one line: the end of `imports list` and of `imports doctor`.

import type { ClientId } from '../../domain/ids';
import { ENDED_STATES, statesThat } from '../../domain/import-state';
import { joinWithAnd } from '../../domain/report/wording';
import type { ImportQuery } from '../../domain/import-stats';
import type { ImportStore, OutboxStore, UndoStore } from '../../ports';

/** As many of a kind are named. */
const NAMED = 5;
/** Failed ones before held ones: what is broken may spread. */
const ORDER = ['retry', 'decision'] as const;
/** More than ever wait at once. */
const MOST_UNDECIDED = 1_000;

interface NeedsYou {
  readonly total: number;
  /** `north-10 failed, acme-5 and acme-4 held` */
  readonly what: string;
  /** What to type. */
  readonly next: string;
}

interface Asked {
  readonly what: string;
  readonly need: (typeof ORDER)[number] | null;
  readonly query: ImportQuery;
}

interface Kind {
  readonly what: string;
  readonly count: number;
  /** The newest. */
  readonly ids: readonly string[];
}

/** `3 need you: north-10 failed, acme-5 and acme-4 held → imports show ID` */
export function needsYouText({ total, what, next }: NeedsYou): string {
  return `${total} ${total === 1 ? 'needs' : 'need'} you: ${what} → ${next}`;
}

export interface AskedForNeeds {
  readonly imports: Pick<ImportStore, 'listIds' | 'count'>;
  readonly undos: Pick<UndoStore, 'needing'>;
  readonly outbox: Pick<OutboxStore, 'failedAmong'>;
}

/** null = nothing does. */
export async function needsYou({ imports, undos, outbox }: AskedForNeeds, clientIds?: readonly ClientId[]): Promise<NeedsYou | null> {
  const asked: readonly Asked[] = [
    ...ORDER.flatMap((need) =>
      statesThat(({ needs }) => needs === need).map((state) => ({ what: state, need, query: { states: [state] } })),
    ),
    { what: 'whose e-mail was not sent', need: null, query: { states: ENDED_STATES, reports: ['failed'], isKept: true } },
  ];
  const kinds = (
    await Promise.all(
      asked.map(async ({ what, need, query }) => {
        const those = { ...query, clientIds };
        const limit = need === 'decision' ? MOST_UNDECIDED : NAMED;
        const [count, ids] = await Promise.all([imports.count(those), imports.listIds({ ...those, limit })]);
        if (need !== 'decision') return [kindOf(what, ids, count)];
        const untold = await outbox.failedAmong(ids, 'hold');
        return [
          kindOf(
            `${what}, and ${untold.size === 1 ? 'its administrator was' : 'their administrators were'} not told`,
            ids.filter((id) => untold.has(id)),
          ),
          kindOf(
            what,
            ids.filter((id) => !untold.has(id)),
            count - untold.size,
          ),
        ];
      }),
    )
  ).flat();
  const undone = await undos.needing(clientIds);
  const undoneIds = (isStopped: boolean) =>
    undone.filter(({ failure }) => (failure !== null) === isStopped).map(({ importId }) => importId);
  kinds.push(kindOf('half undone', undoneIds(true)), kindOf('whose e-mail about the undo was not sent', undoneIds(false)));
  const waiting = kinds.filter(({ count }) => count > 0);
  const total = waiting.reduce((sum, { count }) => sum + count, 0);
  if (total === 0) return null;
  const what = waiting.map((kind) => `${listed(kind.ids, kind.count)} ${kind.what}`).join(', ');
  return { total, what, next: `imports show ${total === 1 ? waiting[0]?.ids[0] : 'ID'}` };
}

function kindOf(what: string, ids: readonly string[], count = ids.length): Kind {
  return { what, count, ids: ids.slice(0, NAMED) };
}

/** `acme-9, acme-8 and 12 more` */
function listed(ids: readonly string[], count: number): string {
  return joinWithAnd(count > ids.length ? [...ids, `${count - ids.length} more`] : ids);
}
