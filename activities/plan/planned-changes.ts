// What an import would do to users who are there: who would be archived, with the permits they hold, and whose e-mail or user name it
// would replace. A second walk over the file with the plan at hand, so that nothing of it has to be kept.

import type { PlannedChange, ReplacedValue } from '../../src/domain/file/checked-file';
import { uniqueIdOf, type ImportId, type UserId } from '../../src/domain/ids';
import type { Decision } from '../../src/domain/record/record';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { planImport } from './plan-import';
import { planSource, walkDecisions } from './walk-decisions';

type PlanPorts = Pick<ActivityPorts, 'clients' | 'imports' | 'users' | 'groups' | 'permits' | 'files' | 'csv'>;
type Written = Extract<Decision, { readonly before: unknown }>;

export async function* plannedChanges(ports: PlanPorts, importId: ImportId): AsyncGenerator<PlannedChange> {
  const { run, client } = await loadImport(ports, importId);
  const source = await planSource(ports, run, client);
  const plan = await planImport(ports, source);
  for await (const { decided } of walkDecisions(ports, source)) {
    const kept = decided.filter(({ userId, decided: { decision } }) => decision.kind !== 'reject' && plan.lostBy(userId).length === 0);
    const losing = kept.filter(({ decided: { releasePermits } }) => releasePermits).map(({ userId }) => userId);
    const permits: ReadonlyMap<UserId, readonly string[]> = losing.length === 0 ? new Map() : await ports.permits.activeOf(losing);
    for (const {
      userId,
      record,
      decided: { decision },
    } of kept) {
      const change = {
        line: record.line,
        uniqueId: uniqueIdOf(userId),
        isArchived: decision.kind === 'archive',
        permits: permits.get(userId) ?? [],
        email: 'before' in decision ? replaced(decision, 'email') : null,
        userName: 'before' in decision ? replaced(decision, 'userName') : null,
      };
      if (change.isArchived || change.permits.length > 0 || change.email !== null || change.userName !== null) yield change;
    }
  }
}

/** null = it stays as it is, or there was none. */
function replaced({ before, set }: Written, field: 'email' | 'userName'): ReplacedValue | null {
  const [was, willBe] = [before[field], set[field]];
  return typeof was === 'string' && typeof willBe === 'string' ? { was, willBe } : null;
}
