// How a held import learns what somebody decided: an Update that is refused, with a sentence, when there is nothing to decide.

import { ApplicationFailure, condition, defineUpdate, setHandler } from '@temporalio/workflow';
import type { ImportId } from '../src/domain/ids';
import type { HoldDecision } from '../src/domain/import-run';
import type { Approval } from './hold-import';
import { DECIDE } from './messages';

/** Somebody's word on a held import. */
const decide = defineUpdate<void, [HoldDecision]>(DECIDE);

const VERDICTS: readonly HoldDecision['verdict'][] = ['approve', 'approve-without-archives', 'decline'];

export function approvalOf(importId: ImportId): Approval {
  let isOpen = false;
  let decision: HoldDecision | null = null;
  const refusal = ({ verdict, reason }: HoldDecision): string | undefined => {
    if (decision !== null) return `Import ${importId} was already decided by ${decision.by}: ${decision.verdict}.`;
    if (!isOpen) return `Import ${importId} is not waiting for approval.`;
    if (!VERDICTS.includes(verdict)) return `A verdict is one of ${VERDICTS.join(', ')}.`;
    return typeof reason === 'string' && reason.trim() !== '' ? undefined : 'A reason is required, for the record.';
  };
  setHandler(decide, (decided) => void (decision = decided), {
    validator(decided) {
      const why = refusal(decided);
      if (why !== undefined) throw ApplicationFailure.nonRetryable(why, 'NOT_NOW');
    },
    description: 'Approve, approve without archives, or decline a held import',
  });
  return {
    open: () => void (isOpen = true),
    async decided(until, summary) {
      await condition(() => decision !== null, until - Date.now(), { summary });
      return decision;
    },
    close: () => void (isOpen = false),
  };
}
