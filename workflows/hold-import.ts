// The story of a file that would archive many users: nothing is written until somebody agrees. A plain function of its steps, like the
// rest of the import; the wait itself is the caller's.

import type { Activities } from '../activities';
import type { HoldDecision, HoldNumbers } from '../src/domain/import-run';
import type { Progress } from './describe-progress';
import type { ImportFileInput } from './messages';

export type HoldSteps = Pick<Activities, 'planArchive' | 'markHeld' | 'sendHoldMail' | 'settleHold'>;

export interface HoldWatcher {
  enter(state: 'held', seen: Pick<Progress, 'held'>): void;
  /** It writes no more; the client's next one may. */
  turnIsOver(): Promise<void>;
  readonly approval: Approval;
  /** Something that nobody waits for. Its failure does not stop the import. */
  meanwhile(step: () => Promise<unknown>): Promise<void>;
}

export interface Approval {
  /** From here on a decision is taken, until there is one. */
  open(): void;
  /** null = nobody has decided before `until` (milliseconds since 1970). */
  decided(until: number, summary: string): Promise<HoldDecision | null>;
  close(): void;
}

/** `approved` = it gave its turn away while it was held, and waits for another. Declined also when nobody agreed in time. */
export async function holdIfNeeded(
  steps: HoldSteps,
  input: ImportFileInput,
  watcher: HoldWatcher,
): Promise<'go on' | 'approved' | 'declined'> {
  const { importId, turn } = input;
  const plan = await steps.planArchive({ importId, turn });
  if (plan.kind === 'decided') return plan.goAhead === 'declined' ? 'declined' : 'go on';
  const { goAhead } = await steps.settleHold({ importId, decision: await hold(steps, input, plan.numbers, watcher) });
  return goAhead === 'declined' ? 'declined' : 'approved';
}

async function hold(
  steps: HoldSteps,
  { importId, turn }: ImportFileInput,
  numbers: HoldNumbers,
  watcher: HoldWatcher,
): Promise<HoldDecision | null> {
  const { approval } = watcher;
  // Before the database says that it is held, because somebody who reads it there may decide at once.
  approval.open();
  const { since, until } = await steps.markHeld({ importId, turn, numbers });
  watcher.enter('held', { held: { ...numbers, until } });
  await watcher.turnIsOver();
  await watcher.meanwhile(() => steps.sendHoldMail({ importId, kind: 'hold' }));
  let decision = await approval.decided(since + (until - since) / 2, 'waiting for approval, until half time');
  if (decision === null) {
    await watcher.meanwhile(() => steps.sendHoldMail({ importId, kind: 'hold-reminder' }));
    decision = await approval.decided(until, 'waiting for approval, then declined');
  }
  approval.close();
  return decision;
}
