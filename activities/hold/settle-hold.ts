// Writes down what became of a held import. From here on every step and every retry goes by that word.

import type { ImportId } from '../../src/domain/ids';
import type { GoAhead, HoldDecision } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';

const GO_AHEAD: Readonly<Record<HoldDecision['verdict'], GoAhead>> = {
  approve: 'whole',
  'approve-without-archives': 'without-archives',
  decline: 'declined',
};

export const settleHold =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'standing' | 'clock' | 'log'>) =>
  /** `decision` null = nobody decided in time. */
  async ({
    importId,
    decision,
  }: {
    readonly importId: ImportId;
    readonly decision: HoldDecision | null;
  }): Promise<{ readonly goAhead: GoAhead }> => {
    const { run, client } = await loadImport(ports, importId);
    if (run.goAhead !== null) return { goAhead: run.goAhead };
    const goAhead = decision === null ? 'declined' : GO_AHEAD[decision.verdict];
    const decided = {
      ...(decision ?? { verdict: 'timed-out' as const, reason: 'nobody decided in time', by: 'imports' }),
      at: ports.clock.now(),
    };
    await noteStep(ports, client, importId, { kind: 'decided', verdict: decided.verdict });
    await ports.imports.update(importId, {
      goAhead,
      held: run.held === null ? null : { ...run.held, decided },
      // The outcome at once: a declined file must not count as one that was applied.
      ...(goAhead === 'declined' ? { state: 'backing-up', outcome: 'declined' } : { state: 'applying' }),
    });
    ports.log.info('held import decided', { clientId: run.clientId, importId, verdict: decided.verdict });
    return { goAhead };
  };
