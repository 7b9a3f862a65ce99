// `imports approve` and `imports decline`: what becomes of a held import. What no longer waits is refused with what to do instead.

import type { Command } from 'commander';
import type { HoldVerdict, ImportRun } from '../../domain/import-run';
import { hasEnded, IMPORT_STATES } from '../../domain/import-state';
import type { ImportId } from '../../domain/ids';
import { notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record, REASON_OPTION, requireReason } from '../record';
import type { Services } from '../deps';
import { DECIDED_WORDS, resultOf } from '../show/describe-import';
import { requireImport } from './require-import';
import { waitForWorker, waitsForResume } from './wake-inbox';

export function addDecideCommands(program: Command, session: Session): void {
  defineCommand(program, {
    usage: 'approve <id>',
    summary: 'let a held import go on',
    details: 'Users who appear in a newer file that has been imported meanwhile are left alone. The reason is kept with the import.',
    examples: [
      'imports approve acme-42 --reason "the school has closed, says their IT"',
      'imports approve acme-42 --without-archives --reason "active column is wrong"',
    ],
  })
    .option('--without-archives', 'import everything else; nobody is archived')
    .option(...REASON_OPTION)
    .action((id: string, { withoutArchives, reason }: { withoutArchives?: true; reason?: string }) =>
      decide(session, id, withoutArchives === true ? 'approve-without-archives' : 'approve', reason),
    );

  defineCommand(program, {
    usage: 'decline <id>',
    summary: 'end a held import without writing anything',
    details:
      'The client is told that the file was not imported, and the file is moved to .bak as after any import. The reason is kept with the import.',
    examples: ['imports decline acme-42 --reason "half of the users are missing"'],
  })
    .option(...REASON_OPTION)
    .action((id: string, { reason }: { reason?: string }) => decide(session, id, 'decline', reason));
}

async function decide({ deps, print }: Session, id: string, verdict: HoldVerdict, given?: string): Promise<void> {
  const reason = requireReason(given, 'their IT confirmed it');
  const services = await deps.open();
  const run = await requireImport(services, id);
  refuseWhatDoesNotWait(run);
  await record(deps, services, { action: verdict, clientId: run.clientId, subject: run.importId, reason: reason });
  await services.control.decide(run.importId, { verdict, reason: reason, by: deps.operator });
  const written = await waitForWorker(deps, async () => {
    const now = await services.imports.find(run.importId);
    return now?.state === 'held' ? undefined : now;
  });
  const message = written
    ? await whatBecomesOf(services, run, verdict)
    : `The decision on import ${run.importId} was taken.\nSee what becomes of it: imports show ${run.importId}`;
  await print.show({ importId: run.importId, verdict, message }, () => message);
}

async function whatBecomesOf({ clients }: Services, { importId, clientId }: ImportRun, verdict: HoldVerdict): Promise<string> {
  if (verdict === 'decline') return `Import ${importId} is declined: no user was changed. The client is told.`;
  const archives = verdict === 'approve' ? '' : '; nobody will be archived';
  const client = await clients.find(clientId);
  return client?.paused === undefined
    ? `Import ${importId} is approved and goes on${archives}.\nFollow it with: imports watch ${importId}`
    : `Import ${importId} is approved${archives}.\n${waitsForResume(client)}`;
}

function refuseWhatDoesNotWait(run: ImportRun): void {
  const { importId, state, held } = run;
  if (state === 'held') return;
  throw notNow(`${whyNot(importId, held?.decided ?? null)}\nState: ${resultOf(run)}\n${nextOf(run)}`);
}

function whyNot(importId: ImportId, decided: NonNullable<ImportRun['held']>['decided']): string {
  if (decided === null) return `Import ${importId} is not waiting for approval.`;
  const { verdict, by, reason } = decided;
  return verdict === 'timed-out'
    ? `Nobody decided on import ${importId} in time, so it was declined.`
    : `Import ${importId} was already ${DECIDED_WORDS[verdict]} by ${by}: ${reason}`;
}

function nextOf({ importId, state, outcome }: ImportRun): string {
  if (IMPORT_STATES[state].needs === 'retry') return `Once the problem is fixed, continue with: imports retry ${importId} --reason "…"`;
  if (!hasEnded({ state })) return `Follow it with: imports watch ${importId}`;
  const hasWritten = state === 'finished' && outcome !== 'refused' && outcome !== 'declined';
  return `See all of it with: imports show ${importId}${hasWritten ? `\nTake it back with: imports undo ${importId} --reason "…"` : ''}`;
}
