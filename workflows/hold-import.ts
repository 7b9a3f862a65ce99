// The story of a file that would archive many users: nothing is written until somebody agrees. A plain function of its steps, like the
// rest of the import; the wait itself is the caller's.

import type { Activities } from '../activities';
import type { ImportId } from '../src/domain/ids';
import type { HoldDecision, HoldNumbers } from '../src/domain/import-run';

export type HoldSteps = Pick<Activities, 'planArchive' | 'markHeld' | 'sendHoldMail' | 'settleHold'>;

export interface HoldWatcher {
  enter(state: 'held', seen: { readonly held: HoldNumbers & { readonly until: number } }): void;
  /** The client's next file may go on. */
  fileIsOutOfTheWay(): Promise<void>;
  readonly approval: Approval;
  /** Something that nobody waits for, and whose failure is nobody's business. */
  meanwhile(step: () => Promise<unknown>): Promise<void>;
}

export interface Approval {
  /** From here on a decision is taken, until there is one. */
  open(): void;
  /** null = nobody has decided before `until` (milliseconds since 1970). */
  decided(until: number, summary: string): Promise<HoldDecision | null>;
  close(): void;
}

/** False when somebody declined, or nobody agreed in time. */
export async function mayBeApplied(steps: HoldSteps, importId: ImportId, watcher: HoldWatcher): Promise<boolean> {
  const plan = await steps.planArchive({ importId });
  const { goAhead } =
    plan.kind === 'decided' ? plan : await steps.settleHold({ importId, decision: await hold(steps, importId, plan.numbers, watcher) });
  return goAhead !== 'declined';
}

async function hold(steps: HoldSteps, importId: ImportId, numbers: HoldNumbers, watcher: HoldWatcher): Promise<HoldDecision | null> {
  const { approval } = watcher;
  // Before the database says that it is held: whoever reads it there may decide at once.
  approval.open();
  const { since, until } = await steps.markHeld({ importId, numbers });
  watcher.enter('held', { held: { ...numbers, until } });
  await watcher.fileIsOutOfTheWay();
  await watcher.meanwhile(() => steps.sendHoldMail({ importId, kind: 'hold' }));
  let decision = await approval.decided(since + (until - since) / 2, 'waiting for approval, until half time');
  if (decision === null) {
    await watcher.meanwhile(() => steps.sendHoldMail({ importId, kind: 'hold-reminder' }));
    decision = await approval.decided(until, 'waiting for approval, then declined');
  }
  approval.close();
  return decision;
}
