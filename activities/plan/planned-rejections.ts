// The records that an import would reject, by line, each with every reason it would have: a second walk over the file with the plan
// at hand, so that none of them has to be kept.

import type { ActivityPorts } from '../activity-ports';
import { missingTakenReasons } from '../apply/missing-taken-reasons';
import type { Plan } from './plan-import';
import type { RejectedRecord } from '../../src/ports';
import { rejectedRecord } from '../apply/rejected-record';
import { walkDecisions, type PlanSource } from './walk-decisions';

export async function* plannedRejections(
  ports: Pick<ActivityPorts, 'users' | 'groups' | 'csv'>,
  source: PlanSource,
  plan: Pick<Plan, 'lost' | 'isGivenUp'>,
): AsyncGenerator<RejectedRecord> {
  for await (const { decided } of walkDecisions(ports, source)) {
    const rejected = decided.flatMap(({ record, cells, userId, decided: { decision } }) => {
      const lost = decision.kind === 'reject' ? undefined : plan.lost.get(userId);
      if (decision.kind === 'reject') return [rejectedRecord(record, decision.reasons, cells)];
      return lost === undefined ? [] : [rejectedRecord(record, lost, cells)];
    });
    const missing = await missingTakenReasons(ports.users, source.context.client, rejected, (key) => !plan.isGivenUp(key));
    for (const [at, record] of rejected.entries()) yield { ...record, reasons: [...record.reasons, ...missing[at]!] };
  }
}
