// What an import would do, counted to the last user and with nothing written: what the hold rule and `imports check` use.
//
// Two kinds of records need the whole file: those that want an e-mail or user name which somebody holds, and those that give one up. Of
// both only fingerprints and numbers are kept: 8 bytes for each value that is given up, and some 120 for each record that wants one.

import { addCounts, NO_COUNTS, type Counts, type HoldNumbers } from '../../src/domain/import-run';
import type { UserId } from '../../src/domain/ids';
import { grown } from '../../src/domain/number-lists';
import { fieldOf, TakeoverPlan, type Takeover, type UniqueField } from '../../src/domain/decide/takeover-plan';
import type { ActivityPorts } from '../activity-ports';
import { answer, type Applied } from '../apply/apply-records';
import { Fingerprints } from '../../src/domain/file/fingerprint';
import { takeoversOf } from '../settle/takeovers';
import { Tally } from '../apply/tally';
import { walkDecisions, type PlanSource } from './walk-decisions';

export interface Plan {
  readonly counts: Counts;
  readonly numbers: HoldNumbers;
  /** Whose value stays with its holder, so that the user's record is rejected for it. */
  lostBy(userId: UserId): readonly UniqueField[];
  /** Whether the file takes this e-mail or user name away from who holds it now. */
  isGivenUp(key: string): boolean;
}

type PlanPorts = Pick<ActivityPorts, 'users' | 'groups' | 'permits' | 'csv'>;
type Outcome = Exclude<Applied, { kind: 'taken' }>;
interface Planned {
  readonly takeover: Takeover;
  readonly outcome: Outcome;
}

export async function planImport(ports: PlanPorts, source: PlanSource, onProgress: () => void = () => {}): Promise<Plan> {
  const { clientId } = source.context.run;
  const changes = { emailChanges: 0, userNameChanges: 0 };
  const givenUp = new Fingerprints();
  const lost: Readonly<Record<UniqueField, Fingerprints>> = { email: new Fingerprints(), userName: new Fingerprints() };
  const contested = new Contested();
  let counts: Counts = NO_COUNTS;

  const take = async (batch: readonly Planned[]): Promise<void> => {
    const isContested = ({ takeover }: Planned) => takeover.wants.some(({ holder }) => holder !== null);
    for (const { takeover, outcome } of batch.filter(isContested)) {
      if (outcome.kind === 'rejected') continue;
      const permits = outcome.releaseFor === null ? 0 : await ports.permits.countActiveOf([outcome.releaseFor]);
      contested.add(takeover, outcome, permits);
    }
    const tally = new Tally();
    for (const { takeover, outcome } of batch.filter((planned) => !isContested(planned))) {
      tally.count('records');
      tally.add(outcome);
      if (outcome.kind === 'rejected') continue;
      for (const key of takeover.givesUp) {
        givenUp.add(key);
        changes[CHANGES[fieldOf(key)]]++;
      }
    }
    const permitsReleased = tally.releaseFor.length === 0 ? 0 : await ports.permits.countActiveOf(tally.releaseFor);
    counts = addCounts(counts, { ...tally.counts, permitsReleased });
  };

  /** As the import does it when all chunks are written: chains and swaps work, what nobody gives up rejects the record. */
  const settle = (): void => {
    const { plan } = contested;
    plan.settle((print) => givenUp.hasPrint(print));
    const tally = new Tally();
    let permitsReleased = 0;
    for (let at = 0; at < plan.count; at++) {
      tally.count('records');
      const fields = plan.lostBy(at);
      for (const field of fields) lost[field].addPrint(plan.userOf(at));
      if (fields.length > 0) {
        tally.count('rejected');
        continue;
      }
      const { outcome, permits } = contested.at(at);
      tally.add(outcome);
      permitsReleased += permits;
      for (const { field, print } of plan.givenUpBy(at)) {
        givenUp.addPrint(print);
        changes[CHANGES[field]]++;
      }
    }
    counts = addCounts(counts, { ...tally.counts, permitsReleased });
  };

  for await (const { repeated, decided } of walkDecisions(ports, source)) {
    const takeovers = await takeoversOf(ports.users, clientId, decided);
    counts = addCounts(counts, { ...NO_COUNTS, records: repeated, repeated });
    await take(decided.map((one, at) => ({ takeover: takeovers[at]!, outcome: answer(one, one.userId) })));
    onProgress();
  }
  settle();
  return {
    counts,
    numbers: {
      archives: counts.archived,
      permits: counts.permitsReleased,
      activeUsers: await ports.users.countActive(clientId),
      ...changes,
    },
    lostBy: (userId) => (['email', 'userName'] as const).filter((field) => lost[field].has(userId)),
    isGivenUp: (key) => givenUp.has(key),
  };
}

/** What is kept of a record that wants a value which somebody holds. */
const KINDS = ['create', 'update', 'archive', 'reactivate', 'unchanged', 'superseded'] as const;

const CHANGES = { email: 'emailChanges', userName: 'userNameChanges' } as const;

/** Records that want a value which somebody holds: fingerprints, and what each would lead to as a number. */
class Contested {
  readonly plan = new TakeoverPlan();
  #outcomes = new Uint8Array(1024);
  #permits = new Uint32Array(1024);

  add(takeover: Takeover, outcome: Exclude<Outcome, { kind: 'rejected' }>, permits: number): void {
    const at = this.plan.count;
    if (at === this.#outcomes.length) {
      this.#outcomes = grown(this.#outcomes);
      this.#permits = grown(this.#permits);
    }
    this.plan.add(takeover);
    this.#outcomes[at] = KINDS.indexOf(outcome.kind) * 2 + (outcome.inactiveIgnored ? 1 : 0);
    this.#permits[at] = permits;
  }

  at(at: number): { readonly outcome: Outcome; readonly permits: number } {
    const outcome = this.#outcomes[at]!;
    return {
      outcome: { kind: KINDS[outcome >> 1]!, releaseFor: null, inactiveIgnored: outcome % 2 === 1 },
      permits: this.#permits[at]!,
    };
  }
}
