// What an import would do, counted to the last user and with nothing written: what the hold rule and `imports check` go by.
//
// Two kinds of records need the whole file: those that want an e-mail or user name which somebody holds, and those that give one up.
// Of the first, as many are kept as there are; of the second only fingerprints. So memory grows by 8 bytes for each value that is given
// up, and no further with the file.

import { addCounts, NO_COUNTS, type Counts, type HoldNumbers } from '../../src/domain/import-run';
import type { Client } from '../../src/domain/client';
import type { UserId } from '../../src/domain/ids';
import type { Reasons } from '../../src/domain/reason/reasons';
import { settleTakeovers, type Takeover } from '../../src/domain/decide/settle-takeovers';
import type { ActivityPorts } from '../activity-ports';
import { answer, type Applied } from '../apply/apply-records';
import { Fingerprints } from '../apply/fingerprints';
import { inBatches } from '../in-batches';
import { takeoversOf, takenReasons } from './takeovers';
import { Tally } from '../apply/tally';
import { walkDecisions, type PlanSource } from './walk-decisions';
import { fieldOf } from '../apply/wishes';

const BATCH = 1_000;

export interface Plan {
  readonly counts: Counts;
  readonly numbers: HoldNumbers;
  /** Why records are rejected whose e-mails and user names stay with their holders, by the user whom the record is about. */
  readonly lost: ReadonlyMap<UserId, Reasons>;
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
  const planner = new Planner(ports, source.context.client);
  for await (const { repeated, decided } of walkDecisions(ports, source)) {
    const takeovers = await takeoversOf(
      ports.users,
      clientId,
      decided.map(({ record, decided: { decision } }) => ({ record, decision })),
    );
    planner.countRepeated(repeated);
    await planner.take(decided.map((one, at) => ({ takeover: takeovers[at]!, outcome: answer(one.decided, one.userId) })));
    onProgress();
  }
  const lost = await planner.settle();
  const { archived, permitsReleased } = planner.counts;
  return {
    counts: planner.counts,
    numbers: {
      archives: archived,
      permits: permitsReleased,
      activeUsers: await ports.users.countActive(clientId),
      ...planner.changes,
    },
    lost,
    isGivenUp: (key) => planner.givenUp.has(key),
  };
}

class Planner {
  counts: Counts = NO_COUNTS;
  readonly changes = { emailChanges: 0, userNameChanges: 0 };
  readonly givenUp = new Fingerprints();
  readonly #contested: Planned[] = [];
  readonly #ports: Pick<PlanPorts, 'permits'>;
  readonly #client: Client;

  constructor(ports: Pick<PlanPorts, 'permits'>, client: Client) {
    this.#ports = ports;
    this.#client = client;
  }

  countRepeated(repeated: number): void {
    this.counts = addCounts(this.counts, { ...NO_COUNTS, records: repeated, repeated });
  }

  async take(batch: readonly Planned[]): Promise<void> {
    const isContested = ({ takeover }: Planned) => takeover.wants.some(({ holder }) => holder !== null);
    this.#contested.push(...batch.filter(isContested));
    await this.#count(batch.filter((planned) => !isContested(planned)));
  }

  /** As the import does it when all chunks are written: chains and swaps work, what nobody gives up rejects the record. */
  async settle(): Promise<Plan['lost']> {
    const takeovers = this.#contested.map(({ takeover }) => ({
      ...takeover,
      wants: takeover.wants.map(({ key, holder }) => ({ key, holder: this.givenUp.has(key) ? null : holder })),
    }));
    const { impossible } = settleTakeovers(takeovers);
    const lost = new Map(impossible.map(({ takeover, keys }) => [takeover.userId, takenReasons(takeover, keys, this.#client)]));
    for (const batch of inBatches(this.#contested, BATCH)) {
      await this.#count(
        batch.map((planned) => {
          const reasons = lost.get(planned.takeover.userId);
          return reasons === undefined ? planned : { ...planned, outcome: { kind: 'rejected', reasons } };
        }),
      );
    }
    return lost;
  }

  async #count(batch: readonly Planned[]): Promise<void> {
    const tally = new Tally();
    for (const { takeover, outcome } of batch) {
      tally.count('records');
      tally.add(outcome);
      if (outcome.kind === 'rejected') continue;
      for (const key of takeover.givesUp) {
        this.givenUp.add(key);
        this.changes[fieldOf(key) === 'email' ? 'emailChanges' : 'userNameChanges']++;
      }
    }
    const permitsReleased = tally.releaseFor.length === 0 ? 0 : await this.#ports.permits.countActiveOf(tally.releaseFor);
    this.counts = addCounts(this.counts, { ...tally.counts, permitsReleased });
  }
}
