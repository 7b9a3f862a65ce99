// Takes back what an import did to a batch of users. Optimistic, as applying was: read, decide in pure code, write where nobody was
// faster, decide again where somebody was.

import { decideUndo, decideUndoOfCreation, type Restore, type UndoDecision } from '../../src/domain/undo/decide-undo';
import type { ImportId, UserId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import type { UndoneAs, UserChange, WhyLeft } from '../../src/domain/undo/undo';
import type { User } from '../../src/domain/user';
import { ImportsError } from '../../src/errors';
import type { ActivityPorts } from '../activity-ports';

/** How often a user is decided anew because somebody else wrote it meanwhile. */
const MOST_RACES = 3;

export interface Undoable {
  readonly userId: UserId;
  /** null = the import created the user. */
  readonly change: UserChange | null;
}

export type UndoneUser =
  | { readonly kind: 'undone'; readonly as: UndoneAs }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'left'; readonly why: WhyLeft; readonly by: ImportId | null }
  /** Another user holds the former e-mail or user name. */
  | { readonly kind: 'taken' };

/** One answer per user, in their order. */
export async function undoUsers(
  ports: Pick<ActivityPorts, 'users' | 'clock'>,
  { clientId, importId }: Pick<ImportRun, 'clientId' | 'importId'>,
  items: readonly Undoable[],
): Promise<readonly UndoneUser[]> {
  const answers: UndoneUser[] = Array.from({ length: items.length });
  let open = items.map((_, index) => index);
  for (let round = 0; open.length > 0; round++) {
    if (round > MOST_RACES) {
      throw new ImportsError(
        'NOT_NOW',
        `${open.length} users of import ${importId} are being changed by others all the time; the step is tried again.`,
      );
    }
    const at = ports.clock.now();
    const users = await ports.users.read(open.map((index) => items[index]!.userId));
    const writers: { readonly index: number; readonly as: UndoneAs; readonly restore: Restore & { readonly userId: UserId } }[] = [];
    for (const index of open) {
      const { userId } = items[index]!;
      const decision = decideOne(importId, items[index]!, users.get(userId), at);
      if (decision.kind === 'restore') writers.push({ index, as: decision.as, restore: { ...decision.restore, userId } });
      else answers[index] = decision.kind === 'done' ? { kind: 'undone', as: decision.as } : decision;
    }
    const outcomes = await ports.users.restore(
      { clientId, importId, at },
      writers.map(({ restore }) => restore),
    );
    open = [];
    writers.forEach(({ index, as }, i) => {
      const outcome = outcomes[i]!;
      if (outcome === 'raced') open.push(index);
      else if (typeof outcome === 'object') answers[index] = { kind: 'left', why: 'NOT_STORED', by: null };
      else answers[index] = outcome === 'written' ? { kind: 'undone', as } : { kind: 'taken' };
    });
  }
  return answers;
}

export function decideOne(importId: ImportId, { change }: Undoable, user: User | undefined, at: Date): UndoDecision {
  return change === null ? decideUndoOfCreation(importId, user, at) : decideUndo(change, user, at);
}
