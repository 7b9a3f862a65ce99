// `imports undo`: takes back what an import did, and waits until it is done. Asked for again it goes on where it stopped, takes back what
// stood in the way the last time and no longer does, or shows its result.

import type { Command } from 'commander';
import type { ImportRun, ReportState } from '../../domain/import-run';
import { IMPORT_STATES } from '../../domain/import-state';
import { countLeft, type Undo, WHY_LEFT, type LeftAlone } from '../../domain/undo/undo';
import { notFound, notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record, REASON_OPTION, requireReason } from '../record';
import type { CliDeps, Services } from '../deps';
import { pick } from '../pick';
import { hasStopped, markStopped, requireImport } from './require-import';
import { shownState } from './import-item';
import { poll, wakeInbox } from './wake-inbox';
import { noDisplay, progressDisplay, type Progress, type ProgressDisplay } from '../show/progress-display';
import { undoRows } from '../../domain/report/describe-undo';
import { uniqueIdOf } from '../../domain/ids';
import { grouped } from '../../domain/report/wording';
import type { Printer } from '../text/print';

const POLL_MS = 500;
/** It usually begins within seconds; a large import takes longer to plan. Half a minute is waited before saying anything. */
const POLLS_BEFORE_A_WORD = 60;

export function addUndoCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'undo <id>',
    summary: 'take back what an import did to users and permits',
    details:
      'Updated users get their former values back, created users are archived, and archived users become active again and get back those of their permits that are still free. Users that somebody else has changed since are left alone and listed. The administrator gets an e-mail. Ctrl-C only stops waiting.',
    examples: ['imports undo acme-42 --reason "wrong file"', 'imports undo acme-42 --json'],
  })
    .option(...REASON_OPTION)
    .action(async (id: string, { reason = '' }: { readonly reason?: string }) => {
      const services = await deps.open();
      const run = await requireImport(services, id);
      const alreadyUndone = await isOver(services, run, reason.trim());
      if (!alreadyUndone) await start(services, run, reason.trim(), deps);
      const display = alreadyUndone ? noDisplay : progressDisplay(deps, print);
      const undo = await waitForEnd(services, run, { deps, print }, display);
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
  // Read again: the inbox may have noted meanwhile that it had stopped.
  if (!stopped) refuse(await requireImport(services, found.importId));
  requireReason(reason, 'wrong file');
  await record(deps, services, { action: 'undo', clientId: found.clientId, subject: found.importId, reason, was: { state: found.state } });
  const run = stopped ? await markStopped(services, found, deps) : await requireImport(services, found.importId);
  refuse(run);
  await refuseExpired(services, run);
  const { importId, clientId } = run;
  const asked = await services.undos.find(importId);
  // One that runs goes on; another request would take its turn away.
  if (asked === undefined || asked.failure !== null || asked.finishedAt !== null)
    await services.undos.request(importId, { clientId, reason, by: deps.operator, requestedAt: deps.now() });
  await wakeInbox(services, clientId, `The undo of ${importId} is written down`);
}

function refuse(run: ImportRun): void {
  const { importId, state, outcome } = run;
  if (state === 'held') {
    throw notNow(`Import ${importId} has changed nothing yet; turn it down with:\nimports decline ${importId} --reason "…"`);
  }
  if ((state === 'finished' || state === 'reporting') && (outcome === 'refused' || outcome === 'declined')) {
    throw notNow(
      `Import ${importId} was ${outcome}: it changed no user, so there is nothing to undo.\nWhy it was: imports show ${importId}`,
    );
  }
  if (!IMPORT_STATES[state].mayBeUndone) {
    throw notNow(`Import ${importId} is ${shownState(run)}; it can be undone when it has ended. Follow it with: imports watch ${importId}`);
  }
}

/** Without the values that were replaced only creations could be undone: half an undo is worse than none. */
async function refuseExpired({ undos }: Services, { importId, counts, expiredAt }: ImportRun): Promise<void> {
  if (expiredAt === undefined || counts.updated === 0 || (await undos.find(importId)) !== undefined) return;
  throw notNow(
    `Import ${importId} cannot be undone any more: the values that it replaced have expired.\nTo correct its users, upload a file with the right values`,
  );
}

async function waitForEnd(services: Services, { importId }: ImportRun, { deps, print }: Session, display: ProgressDisplay): Promise<Undo> {
  let polls = 0;
  const look = async (): Promise<Undo | undefined> => {
    const undo = await services.undos.find(importId);
    if (undo === undefined)
      throw notFound(`Import ${importId} is undone, but the details have expired.\nWhat is still known: imports show ${importId}`);
    if (undo.failure !== null) {
      throw notNow(
        `The undo of ${importId} stopped: ${undo.failure}\nIt goes on where it stopped with: imports undo ${importId} --reason "…"`,
      );
    }
    if (undo.chunks !== null) await display.show(await progressOf(services, undo, undo.chunks));
    else if (polls++ === POLLS_BEFORE_A_WORD && display !== noDisplay)
      await print.raw('It has not begun yet. If this lasts, see: imports doctor\n');
    return undo.finishedAt !== null && (await requireImport(services, importId)).state === 'undone' ? undo : undefined;
  };
  return poll(deps, POLL_MS, look).finally(() => display.end());
}

async function progressOf({ undos }: Services, { importId, requestedAt, finishedAt }: Undo, chunks: number): Promise<Progress> {
  // One more than the parts: those that waited for each other's values.
  const parts = { done: await undos.countDone(importId), of: chunks + 1, unit: 'parts', more: '' };
  return { label: 'undoing', ...parts, since: requestedAt, until: finishedAt };
}

const ON_SCREEN = 100;
const REPORT_WORDS: Partial<Readonly<Record<ReportState, string>>> = {
  sent: 'The administrator was told by e-mail.',
  failed: 'The e-mail to the administrator could not be sent. Once the address is right, send it again:',
};

/** As `undo --json` prints it: a contract with scripts. */
async function undoItem({ undos, permits }: Pick<Services, 'undos' | 'permits'>, undo: Undo, alreadyUndone: boolean) {
  const left: LeftAlone[] = [];
  for await (const { result } of undos.chunkResults(undo.importId)) left.push(...result.left);
  for await (const permit of permits.notGivenBack(undo.importId)) left.push(permit);
  return {
    importId: undo.importId,
    state: 'undone' as const,
    alreadyUndone,
    ...pick(undo, 'reason', 'by', 'requestedAt', 'finishedAt', 'counts', 'report'),
    left: left.map(({ userId, line, permit, why, by: changedBy }) => ({
      uniqueId: uniqueIdOf(userId),
      line,
      permit,
      code: why,
      changedBy,
      message: WHY_LEFT[why],
    })),
  };
}

type UndoItem = Awaited<ReturnType<typeof undoItem>>;

function describeUndone(item: UndoItem, print: Printer): string {
  const { importId, alreadyUndone, finishedAt, reason, by, counts, report } = item;
  const at = finishedAt === null ? '' : ` at ${print.time(finishedAt)}`;
  const headline = alreadyUndone
    ? `Import ${importId} is undone already, since${at.slice(3)}.\nNothing was changed now.`
    : `Import ${importId} is undone.`;
  const rows = undoRows(counts);
  return [
    headline,
    print.facts([
      ['Reason', `${reason} (${by})`],
      ...rows.map(({ words, n }) => [words, grouped(n)] as const),
      ['E-mail', report === 'failed' ? `could not be sent; why: imports show ${importId}` : REPORT_WORDS[report]],
    ]),
    ...(rows.length === 0 ? ['It had changed nothing, so nothing had to be restored.'] : []),
    ...leftText(item, print),
    ...(item.left.length === 0 ? [] : [`Once the obstacle is gone, take back the rest:\nimports undo ${importId} --reason "…"`]),
    ...(report === 'failed' ? [`${REPORT_WORDS.failed}\nimports resend-report ${importId} --undo`] : []),
  ].join('\n\n');
}

function leftText({ importId, left }: UndoItem, print: Printer): readonly string[] {
  if (left.length === 0) return [];
  const table = print.table(left.slice(0, ON_SCREEN), [
    { head: 'UNIQUE ID', cell: ({ uniqueId }) => uniqueId },
    { head: 'LINE', align: 'right', dropOrder: 1, cell: ({ line }) => line ?? '' },
    { head: 'PERMIT', cell: ({ permit }) => permit ?? '' },
    {
      head: 'LEFT AS IT IS BECAUSE',
      narrow: 'wrap',
      cell: ({ changedBy, message }) => (changedBy === null ? message : `${changedBy}: ${message}`),
    },
  ]);
  if (left.length <= ON_SCREEN) return [table];
  return [table, `The first ${ON_SCREEN} of ${grouped(left.length)}. All of them: imports undo ${importId} --json`];
}
