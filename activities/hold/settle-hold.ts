// Writes down the decision on a held import. From here on every step and retry follows that decision. An approved import gave its turn
// away while it was held: it waits for another, like a retry.

import type { ImportId } from '../../src/domain/ids';
import type { GoAhead, HoldDecision } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import { turnIsOver } from '../turn/require-turn';

const GO_AHEAD: Readonly<Record<HoldDecision['verdict'], GoAhead>> = {
  approve: 'whole',
  'approve-without-archives': 'without-archives',
  decline: 'declined',
};

export const settleHold =
  (ports: ActivityPorts) =>
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
    const word = { goAhead, held: run.held === null ? null : { ...run.held, decided } };
    const isTaken =
      goAhead === 'declined'
        ? // The outcome at once: a declined file must not count as one that was applied.
          await ports.imports.advance(importId, 'backing-up', { ...word, outcome: 'declined' }, { state: ['held'] })
        : await ports.imports.advance(importId, 'queued', { ...word, askedAt: decided.at, turn: null }, { state: ['held'] });
    if (!isTaken) throw turnIsOver(importId);
    ports.log.info('held import decided', { clientId: run.clientId, importId, verdict: decided.verdict });
    // A wake that is lost costs no more than the time to the next standing pass.
    if (goAhead !== 'declined') await ports.inboxes.wake(run.clientId).catch(() => undefined);
    return { goAhead };
  };
