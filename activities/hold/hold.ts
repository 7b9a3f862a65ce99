// An import that waits for approval: it is written down, the administrator is told, and the decision is written down.

import type { HoldNumbers, ReportState, GoAhead, HoldDecision } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import { turnIsOver, type InTurn } from '../turn/require-turn';
import { announce } from '../webhooks/events';
import { describeHold, type HoldMailKind } from '../../src/domain/report/describe-hold';
import type { ImportId } from '../../src/domain/ids';
import { sendAdminMail } from '../end/send-once';

const HOUR_MS = 3_600_000;

/**
 * With its numbers and until when, in milliseconds since 1970. One that was held before, stopped and retried keeps its term while there is
 * some left.
 */
export async function markHeld(
  ports: ActivityPorts,
  { importId, turn, numbers }: InTurn & { readonly numbers: HoldNumbers },
): Promise<{ readonly since: number; readonly until: number }> {
  const { run, client } = await loadImport(ports, importId);
  const now = ports.clock.now();
  const term =
    run.held !== null && run.held.until > now
      ? { since: run.held.since, until: run.held.until }
      : { since: now, until: new Date(now.getTime() + client.settings.approvalTimeoutHours * HOUR_MS) };
  const held = { ...numbers, ...term, decided: null };
  if (!(await ports.imports.advance(importId, 'held', { held }, { turn }))) throw turnIsOver(importId);
  ports.log.info('import held', { clientId: run.clientId, importId, archives: numbers.archives, permits: numbers.permits });
  const event = { type: 'import.held', clientId: run.clientId, importId, attempt: run.attempts, at: now.getTime() } as const;
  await announce(ports, event);
  await noteStep(ports, client, importId, { kind: 'held', archives: numbers.archives, activeUsers: numbers.activeUsers });
  return { since: term.since.getTime(), until: term.until.getTime() };
}

/** Tells the administrator, and sends one reminder. Says nothing if it was decided before the mail server came back. */
export async function sendHoldMail(
  ports: ActivityPorts,
  { importId, kind }: { readonly importId: ImportId; readonly kind: HoldMailKind },
): Promise<{ readonly report: ReportState }> {
  const { run, client } = await loadImport(ports, importId);
  const { held } = run;
  if (run.state !== 'held' || held === null) return { report: 'none' };
  const state = await sendAdminMail(ports, { importId, kind, client, page: describeHold(run, held, client, kind) });
  // The administrator knows now, whatever became of the first e-mail.
  if (state === 'sent' && kind === 'hold-reminder') await ports.outbox.setState(importId, 'hold', 'sent', ports.clock.now());
  const detail = { clientId: run.clientId, importId, kind, state };
  if (state === 'sent') ports.log.info('administrator told of held import', detail);
  else ports.log.warn('administrator not told of held import', detail);
  return { report: state };
}

const GO_AHEAD: Readonly<Record<HoldDecision['verdict'], GoAhead>> = {
  approve: 'whole',
  'approve-without-archives': 'without-archives',
  decline: 'declined',
};

/**
 * Every step and retry follows this decision; null = nobody decided in time. An approved import gave its turn away and waits for another,
 * like a retry.
 */
export async function settleHold(
  ports: ActivityPorts,
  { importId, decision }: { readonly importId: ImportId; readonly decision: HoldDecision | null },
): Promise<{ readonly goAhead: GoAhead }> {
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
}
