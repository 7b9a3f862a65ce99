// Adds up what became of users that an import had touched: counts, and who was left as they are.

import { NO_UNDO_COUNTS, type LeftAlone, type UndoCounts } from '../../src/domain/undo/undo';
import type { Undoable, UndoneUser } from './undo-users';

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
