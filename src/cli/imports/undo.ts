// `imports undo`: takes back what an import did, and waits until it is done. Asked for again it goes on where it stopped, takes back what
// stood in the way the last time and no longer does, or tells what came of it.

import type { Command } from 'commander';
import type { ImportRun } from '../../domain/import-run';
import { IMPORT_STATES } from '../../domain/import-state';
import { countLeft, type Undo } from '../../domain/undo/undo';
import { ImportsError } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import type { CliDeps, Services } from '../deps';
import { describeUndone, undoItem } from '../show/describe-undone';
import { hasStopped } from './has-stopped';
import { shownState } from './import-item';
import { REASON_OPTION, requireReason } from '../text/require-reason';
import { requireImport } from './require-import';
import { wakeInbox } from './wake-inbox';
import { noUndoDisplay, undoDisplay, type UndoDisplay } from '../show/undo-display';

const POLL_MS = 500;
/** A worker takes up an undo within milliseconds; this long is waited before saying that none did. */
const TAKEN_UP_WITHIN_MS = 5_000;

export function addUndoCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'undo <id>',
    summary: 'take back what an import did to users and permits',
    details:
      'Users get their former values, created ones are archived, archived ones are active again with those of their permits that are still free. Whoever was changed since by somebody else is left as they are and listed. The administrator gets an e-mail. Ctrl-C ends the waiting only.',
    examples: ['imports undo acme-42 --reason "wrong file"', 'imports undo acme-42 --json'],
  })
    .option(...REASON_OPTION)
    .action(async (id: string, { reason = '' }: { readonly reason?: string }) => {
      const services = await deps.open();
      const run = await requireImport(services, id);
      const alreadyUndone = await isOver(services, run, reason.trim());
      if (!alreadyUndone) await start(services, run, reason.trim(), deps);
      const display = alreadyUndone ? noUndoDisplay : undoDisplay(deps, print);
      const undo = await waitForEnd(services, run, deps, display);
      const item = await undoItem(services, undo, alreadyUndone);
      await print.show(item, () => describeUndone(item, print));
    });
}

/** Nothing is left, or nobody says why that should be tried again. */
async function isOver({ undos }: Services, { importId, state, expiredAt }: ImportRun, reason: string): Promise<boolean> {
  if (state !== 'undone') return false;
  const undo = await undos.find(importId);
  if (undo === undefined || undo.failure !== null) return undo === undefined;
  if (expiredAt !== undefined) return true;
  return undo.finishedAt !== null && (reason === '' || undo.report === 'pending' || countLeft(undo.counts) === 0);
}

async function start(services: Services, found: ImportRun, reason: string, deps: CliDeps): Promise<void> {
  const stopped = await hasStopped(services, found);
  if (!stopped) refuse(found);
  requireReason(reason, 'wrong file');
  await record(deps, services, { action: 'undo', clientId: found.clientId, subject: found.importId, reason, was: { state: found.state } });
  const run = stopped ? await markStopped(services, found) : found;
  await refuseExpired(services, run);
  const { importId, clientId } = run;
  const asked = await services.undos.find(importId);
  // One that runs goes on; another request would take its turn away.
  if (asked === undefined || asked.failure !== null || asked.finishedAt !== null)
    await services.undos.request(importId, { clientId, reason, by: deps.operator, requestedAt: deps.now() });
  await wakeInbox(services, importId, 'undo');
}

function refuse(run: ImportRun): void {
  const { importId, state, outcome } = run;
  if (state === 'held') {
    throw new ImportsError(
      'NOT_NOW',
      `Import ${importId} has changed nothing yet; turn it down with:\nimports decline ${importId} --reason "…"`,
    );
  }
  if (state === 'finished' && (outcome === 'refused' || outcome === 'declined')) {
    throw new ImportsError(
      'NOT_NOW',
      `Import ${importId} was ${outcome}: it changed no user, so there is nothing to undo.\nWhy it was: imports show ${importId}`,
    );
  }
  if (!IMPORT_STATES[state].mayBeUndone) {
    throw new ImportsError(
      'NOT_NOW',
      `Import ${importId} is ${shownState(run)}; it can be undone when it has ended. Follow it with: imports watch ${importId}`,
    );
  }
}

/** A workflow that was ended from outside could not write that down: it is made up for, so that nothing takes the import for busy. */
async function markStopped({ imports }: Services, run: ImportRun): Promise<ImportRun> {
  const state = run.state === 'reporting' ? 'finished' : 'failed';
  if (await imports.advance(run.importId, state, {}, { state: [run.state], turn: run.turn })) return { ...run, state };
  throw new ImportsError('NOT_NOW', `Import ${run.importId} has just changed. Look at it again: imports show ${run.importId}`);
}

/** Without the values that were replaced only creations could be undone: half an undo is worse than none. */
async function refuseExpired({ undos }: Services, { importId, counts, expiredAt }: ImportRun): Promise<void> {
  if (expiredAt === undefined || counts.updated === 0 || (await undos.find(importId)) !== undefined) return;
  throw new ImportsError(
    'NOT_NOW',
    `Import ${importId} cannot be undone any more: the values that it replaced have expired.\nTo correct its users, upload a file with the right values`,
  );
}

async function waitForEnd(services: Services, { importId }: ImportRun, deps: CliDeps, display: UndoDisplay): Promise<Undo> {
  try {
    for (let waited = 0; ; waited += POLL_MS) {
      const undo = await services.undos.find(importId);
      if (undo === undefined)
        throw new ImportsError(
          'NOT_FOUND',
          `Import ${importId} is undone, but what came of it has expired.\nWhat else is known of it: imports show ${importId}`,
        );
      if (undo.failure !== null) {
        throw new ImportsError(
          'NOT_NOW',
          `The undo of ${importId} stopped: ${undo.failure}\nIt goes on where it stopped with: imports undo ${importId} --reason "…"`,
        );
      }
      await display.show({
        done: await services.undos.countDone(importId),
        // One more than the parts: those that waited for each other's values.
        of: undo.chunks === null ? null : undo.chunks + 1,
        isLate: undo.chunks === null && waited >= TAKEN_UP_WITHIN_MS,
      });
      if (undo.finishedAt !== null && (await requireImport(services, importId)).state === 'undone') return undo;
      await deps.sleep(POLL_MS);
    }
  } finally {
    display.end();
  }
}
