// Takes back what an import did to a batch of users, and counts the results.

import { decideUndo, decideUndoOfCreation, type Restore, type UndoDecision } from '../../src/domain/undo/decide-undo';
import type { ImportId, UserId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import { type UndoneAs, type UserChange, type WhyLeft, NO_UNDO_COUNTS, type LeftAlone, type UndoCounts } from '../../src/domain/undo/undo';
import type { User, UserWrite } from '../../src/domain/user';
import type { ActivityPorts } from '../activity-ports';
import { whileRaced } from '../while-raced';
import { ImportsError } from '../../src/errors';
import { turnIsOver } from '../turn/require-turn';

export interface Undoable {
  readonly userId: UserId;
  /** null = the import created the user. */
  readonly change: UserChange | null;
}

type UndoneUser =
  | { readonly kind: 'undone'; readonly as: UndoneAs }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'left'; readonly why: WhyLeft; readonly by: ImportId | null }
  /** Another user holds the former e-mail or user name. */
  | { readonly kind: 'taken' };

/** One answer per user, in their order. */
export async function undoUsers(
  ports: ActivityPorts,
  { clientId, importId }: Pick<ImportRun, 'clientId' | 'importId'>,
  items: readonly Undoable[],
): Promise<readonly UndoneUser[]> {
  const answers: UndoneUser[] = Array.from({ length: items.length });
  await whileRaced(importId, items.length, async (open) => {
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
    const raced: number[] = [];
    writers.forEach(({ index, as }, i) => {
      const outcome = outcomes[i]!;
      if (outcome === 'raced') raced.push(index);
      else if (typeof outcome === 'object') answers[index] = { kind: 'left', why: 'NOT_STORED', by: null };
      else answers[index] = outcome === 'written' ? { kind: 'undone', as } : { kind: 'taken' };
    });
    return raced;
  });
  return answers;
}

export function decideOne(importId: ImportId, { change }: Undoable, user: User | undefined, at: Date): UndoDecision {
  return change === null ? decideUndoOfCreation(importId, user, at) : decideUndo(change, user, at);
}

/** Counts, and who was left alone. */
export class UndoTally {
  readonly left: LeftAlone[] = [];
  readonly #counts: { -readonly [K in keyof UndoCounts]: UndoCounts[K] } = { ...NO_UNDO_COUNTS };

  get counts(): UndoCounts {
    return { ...this.#counts };
  }

  add({ userId, change }: Undoable, answer: Exclude<UndoneUser, { kind: 'taken' }>): void {
    if (answer.kind === 'undone') this.#counts[answer.as]++;
    if (answer.kind !== 'left') return;
    this.#counts.usersLeft++;
    this.left.push({ userId, permit: null, line: change?.line ?? null, why: answer.why, by: answer.by });
  }
}

/**
 * A worker that slept through the undo of its import and has just written a batch: it takes back at once what no undo has seen. An import
 * is undone only when its turn is over, so a write that finds its turn going on is seen by an undo that comes. Throws when the turn is
 * over; what was written then is taken back when the import is undone, or is to be.
 */
export async function requireNotLate(
  ports: ActivityPorts,
  { run, turn }: { readonly run: ImportRun; readonly turn: number },
  written: readonly UserWrite[],
): Promise<void> {
  const { importId } = run;
  if (await ports.imports.hasTurn(importId, turn)) return;
  if ((await ports.undos.find(importId)) === undefined) throw turnIsOver(importId);
  const lines = written.filter(({ kind }) => kind !== 'create').map(({ line }) => line);
  const changes = lines.length === 0 ? [] : await ports.changes.read(importId, { lines });
  const created = written.filter(({ kind }) => kind === 'create').map(({ userId }) => ({ userId, change: null }));
  if (written.length > 0) await undoUsers(ports, run, [...created, ...changes.map((change) => ({ userId: change.userId, change }))]);
  await ports.changes.markUndone(importId, lines, ports.clock.now());
  throw wasUndone(importId);
}

export function wasUndone(importId: ImportRun['importId']): ImportsError {
  return new ImportsError('INVARIANT', `Import ${importId} is undone: nothing of it is written any more. See: imports show ${importId}`);
}
