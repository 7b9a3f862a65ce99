// `imports watch`: follows an import until it ends, or until it needs somebody.

import type { Command } from 'commander';
import type { ImportRun } from '../../domain/import-run';
import { IMPORT_STATES, statesThat, type StateRow, hasEnded } from '../../domain/import-state';
import type { ImportId } from '../../domain/ids';
import { notFound, notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { describeImport } from '../show/describe-import';
import { hasStopped, requireImport } from './require-import';
import { importItem, shownState } from './import-item';
import { progressDisplay, type Progress } from '../show/progress-display';
import type { ImportsControl, ImportStore } from '../../ports';
import type { Printer } from '../text/print';

const POLL_MS = 500;
/** An upload is taken up once it has been quiet for its time, and a moment later. */
const BEGINS_AFTER_QUIET_MS = 10_000;
/** How often Temporal is asked whether its workflow still runs. */
const POLLS_BETWEEN_LOOKS = 10;
/** Temporal hears from a part every two seconds. */
const POLLS_BETWEEN_SIGNS = 4;

/** States in which nothing more happens without somebody. */
const restsAt = (row: StateRow) => row.hasEnded || row.needs !== null;

export function addWatchCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'watch [id]',
    summary: 'follow an import until it ends',
    details:
      'Without an id, the newest one that is running; if there is none, one that begins soon. Tells what is done, the time since its start, records per second, and the time left. Exit code 0 when it has finished, 1 if it failed, was cancelled or terminated, or waits for approval. Ctrl-C only stops watching.',
    examples: ['imports watch', 'imports watch acme-42', 'imports watch acme-42 --json'],
  }).action(async (asked: string | undefined) => {
    const services = await deps.open();
    const id = asked ?? (await newestAtWork(services, { deps, print }));
    let run = await requireImport(services, id);
    let stopped = false;
    const progressOf = createProgressReader(services, print);
    const display = progressDisplay(deps, print);
    try {
      for (let polls = 1; ; polls++) {
        await display.show(await progressOf(run));
        const isAtEnd = restsAt(IMPORT_STATES[run.state]);
        // One whose workflow was terminated would be watched for ever, or seem to wait for approval.
        stopped = (isAtEnd || polls % POLLS_BETWEEN_LOOKS === 0) && (await hasStopped(services, run).catch(() => false));
        if (isAtEnd || stopped) break;
        await deps.sleep(POLL_MS);
        run = await requireImport(services, id);
      }
    } finally {
      display.end();
    }
    const end = run;
    const uiUrl = services.control.uiUrl(end.importId);
    await print.show(importItem(end, services.control), () => `\n${describeImport(end, { uiUrl: () => uiUrl, stopped }, print)}`);
    refuseUnlessFinished(end, stopped);
  });
}

async function newestAtWork({ imports }: Services, { deps, print }: Session): Promise<ImportId> {
  const longest = (await deps.quietMs()) + BEGINS_AFTER_QUIET_MS;
  for (let waited = 0; waited <= longest; waited += POLL_MS) {
    const [newest] = await imports.list({ states: statesThat((row) => !restsAt(row)), limit: 1 });
    if (newest !== undefined) return newest.importId;
    if (waited === 0 && !print.json)
      await print.raw(`No import is running; waiting ${print.number(Math.ceil(longest / 1000))} seconds for one to begin.\n`);
    await deps.sleep(POLL_MS);
  }
  throw notFound('No import is running. See those that have ended with: imports list');
}

function refuseUnlessFinished({ importId, state }: ImportRun, stopped: boolean): void {
  const refuse = (what: string, command: string) => {
    throw notNow(`Import ${importId} ${what}. ${command}`);
  };
  const retry = `imports retry ${importId} --reason "…"`;
  if (stopped) refuse('stopped: its workflow was terminated', `Go on where it stopped with: ${retry}`);
  if (state === 'failed') refuse('failed', `Once the problem is fixed: ${retry}`);
  if (state === 'cancelled') refuse('was cancelled', `Go on where it stopped with: ${retry}`);
  if (state === 'held') refuse('waits for approval', `See the numbers and how to decide: imports show ${importId}`);
}

/**
 * How far an import has come: records in the parts of its file that are applied, and what is known of those at work. Each poll looks only
 * at the parts that were open at the last one. When all are applied, the settlement of deferred records may reject some more; at the end
 * the import's own numbers hold.
 */
function createProgressReader(
  {
    imports,
    control,
  }: { readonly imports: Pick<ImportStore, 'chunk' | 'settled'>; readonly control: Pick<ImportsControl, 'recordsAtWork'> },
  print: Printer,
): (run: ImportRun) => Promise<Progress> {
  let partsDone = 0;
  let recordsDone = 0;
  let atWork = 0;
  let rejected = 0;
  let polls = 0;
  const told = (run: ImportRun, done: number, failed: number, of = run.counts.records): Progress => ({
    label: shownState(run),
    done,
    of,
    unit: 'records',
    more: `${print.number(failed)} rejected`,
    since: run.startedAt ?? run.receivedAt,
    until: run.finishedAt,
  });
  return async (run) => {
    const { state, importId, chunks, counts } = run;
    if (hasEnded(run)) return told(run, counts.records, counts.rejected);
    // A repeated inspection cuts the file again.
    if (state === 'claiming' || state === 'queued' || state === 'inspecting') {
      partsDone = recordsDone = atWork = rejected = 0;
      return told(run, 0, 0, chunks === 0 ? 0 : counts.records);
    }
    const before = recordsDone;
    for (; partsDone < chunks; partsDone++) {
      const part = await imports.chunk(importId, partsDone);
      if (part?.result === undefined) break;
      recordsDone += part.records;
      rejected += part.result.counts.rejected;
    }
    if (state === 'applying' && partsDone < chunks) {
      if (polls++ % POLLS_BETWEEN_SIGNS === 0) {
        const inParts = await control.recordsAtWork(importId).catch(() => []);
        const found = inParts.filter(({ chunk }) => chunk >= partsDone).reduce((sum, { records }) => sum + records, 0);
        // A part that is done ahead of another is neither at work nor counted yet: nothing goes back for that.
        atWork = Math.max(found, atWork - (recordsDone - before));
      } else atWork = Math.max(0, atWork - (recordsDone - before));
    } else atWork = 0;
    let settledRejected = 0;
    if (chunks > 0 && partsDone === chunks)
      for await (const { result } of imports.settled(importId)) settledRejected += result.counts.rejected;
    return told(run, Math.min(recordsDone + atWork, counts.records), rejected + settledRejected);
  };
}
