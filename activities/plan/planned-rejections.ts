// The records that an import would reject, by line, each with every reason it would have: a second walk over the file with the plan
// at hand, so that none of them has to be kept.

import type { ActivityPorts } from '../activity-ports';
import { missingTakenReasons } from '../apply/missing-taken-reasons';
import type { Plan } from './plan-import';
import { type RejectedRecord, rejectedRecord } from '../../src/domain/record/rejected-record';
import { takenReasons, takeoversOf } from './takeovers';
import { walkDecisions, type PlanSource } from './walk-decisions';

export async function* plannedRejections(
  ports: Pick<ActivityPorts, 'users' | 'groups' | 'csv'>,
  source: PlanSource,
  plan: Pick<Plan, 'lostBy' | 'isGivenUp'>,
): AsyncGenerator<RejectedRecord> {
  const { client } = source.context;
  for await (const { decided } of walkDecisions(ports, source)) {
    const lost = decided.map(({ userId, decided: { decision } }) => (decision.kind === 'reject' ? [] : plan.lostBy(userId)));
    // Who holds what they cannot have: few records are lost, so that hardly anybody is looked for twice.
    const losers = decided.filter((_, at) => lost[at]!.length > 0);
    const takeovers = await takeoversOf(
      ports.users,
      client.clientId,
      losers.map(({ record, decided: { decision } }) => ({ record, decision })),
    );
    const takeoverOf = new Map(takeovers.map((takeover) => [takeover.userId, takeover]));
    const rejected = decided.flatMap(({ record, cells, userId, decided: { decision } }, at) => {
      if (decision.kind === 'reject') return [rejectedRecord(record, decision.reasons, cells)];
      if (lost[at]!.length === 0) return [];
      return [rejectedRecord(record, takenReasons(takeoverOf.get(userId)!, lost[at]!, client), cells)];
    });
    const missing = await missingTakenReasons(ports.users, client, rejected, (key) => !plan.isGivenUp(key));
    for (const [at, record] of rejected.entries()) yield { ...record, reasons: [...record.reasons, ...missing[at]!] };
  }
}
