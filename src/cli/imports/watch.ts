// `imports watch ID` follows an import until it ends, or until it needs somebody; without an id, every import as it happens, a line for each
// change, until Ctrl-C.

import type { Command } from 'commander';
import type { ImportId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { hasEnded } from '../../domain/import-state';
import { notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { countsText, describeImport, refusalText, resultInList, resultOf } from '../show/describe-import';
import { progressDisplay, progressLine } from '../show/progress-display';
import { escapeJson } from '../text/escape-text';
import { importItem, toneOf } from './import-item';
import { AT_WORK, createProgressReader, type ProgressReader } from './progress-reader';
import { hasStopped, requireImport } from './require-import';
import { poll } from './wake-inbox';

const POLL_MS = 500;
/** How often Temporal is asked whether its workflow still runs. */
const POLLS_BETWEEN_LOOKS = 10;
const POLL_ALL_MS = 1_000;
/** A small file may be imported between two polls: it is told, too, as it is among the newest then. */
const NEWEST = 200;
/** How often a line tells how far an import has come in its present state. */
const PROGRESS_MS = 5_000;
const MOST = 1_000;

export function addWatchCommand(program: Command, session: Session): void {
  defineCommand(program, {
    usage: 'watch [id]',
    summary: 'follow an import until it ends, or every import',
    details:
      'Tells what is done, the time since its start, records per second, and the time left. Exit code 0 when it has finished, 1 if it failed, was cancelled or terminated, or waits for approval. Without an id, every import as it happens: a line for each change, with --json an import in one line. Ctrl-C only stops watching.',
    examples: ['imports watch', 'imports watch acme-42', 'imports watch acme-42 --json'],
  }).action(async (id: string | undefined) => {
    const services = await session.deps.open();
    await (id === undefined ? watchAll(services, session) : watchOne(services, id, session));
  });
}

async function watchOne(services: Services, id: string, { deps, print }: Session): Promise<void> {
  const progressOf = createProgressReader(services);
  const display = progressDisplay(deps, print);
  let polls = 0;
  const look = async (): Promise<{ readonly run: ImportRun; readonly stopped: boolean } | undefined> => {
    const run = await requireImport(services, id);
    await display.show(await progressOf(run));
    const isAtEnd = !AT_WORK.includes(run.state);
    // One whose workflow was terminated would be watched for ever, or seem to wait for approval.
    const stopped = (isAtEnd || ++polls % POLLS_BETWEEN_LOOKS === 0) && (await hasStopped(services, run).catch(() => false));
    return isAtEnd || stopped ? { run, stopped } : undefined;
  };
  const { run, stopped } = await poll(deps, POLL_MS, look).finally(() => display.end());
  const { control, undos } = services;
  const undone = await undos.find(run.importId);
  const seen = { uiUrl: (of: ImportId) => control.uiUrl(of), stopped, undone };
  await print.show(importItem(run, control), () => `\n${describeImport(run, seen, print)}`);
  refuseUnlessFinished(run, stopped);
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

interface Told {
  readonly run: ImportRun;
  readonly text: string;
  readonly at: number;
  readonly progressOf: ProgressReader;
}

/** Ends when its reader has gone (`imports watch | head`). */
async function watchAll(services: Services, { deps, print }: Session): Promise<void> {
  const { imports, control } = services;
  const { stdout } = deps;
  const told = new Map<ImportId, Told>();

  const look = async (): Promise<readonly ImportRun[]> => {
    const found = [...(await imports.list({ states: AT_WORK, limit: MOST })), ...(await imports.list({ limit: NEWEST }))];
    const runs = new Map(found.map((run) => [run.importId, run]));
    for (const [id, { run }] of told) {
      if (runs.has(id)) continue;
      const later = hasEnded(run) ? undefined : await imports.find(id);
      if (later === undefined) told.delete(id);
      else runs.set(id, later);
    }
    return [...runs.values()].toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime() || a.seq - b.seq);
  };

  const tell = async (run: ImportRun, isNews: boolean): Promise<void> => {
    const before = told.get(run.importId);
    const now = deps.now();
    const isChange = before === undefined || resultOf(before.run) !== resultOf(run);
    if (!isChange && (print.json || now.getTime() - before.at < PROGRESS_MS)) return;
    const progressOf = before?.progressOf ?? createProgressReader(services);
    const text = await textOf(run, progressOf);
    told.set(run.importId, { run, text, at: now.getTime(), progressOf });
    if (!isNews || text === before?.text) return;
    if (print.json) await print.raw(`${escapeJson(JSON.stringify(importItem(run, control)))}\n`);
    else await print.show(null, () => [print.time(now), run.importId, run.fileName, print.paint(toneOf(run), text)].join('  '));
  };

  if (!print.json) await print.raw('Every import as it happens. Ctrl-C stops watching; imports go on.\n');
  let isFirst = true;
  await poll(deps, POLL_ALL_MS, async () => {
    if (stdout.destroyed || stdout.errored != null) return 'nobody reads it';
    // What had ended before somebody watched is not news.
    for (const run of await look()) await tell(run, !isFirst || AT_WORK.includes(run.state));
    isFirst = false;
    return undefined;
  });
}

async function textOf(run: ImportRun, progressOf: ProgressReader): Promise<string> {
  if (AT_WORK.includes(run.state)) return progressLine(await progressOf(run));
  const result = resultInList(run);
  if (run.refusal !== null) return `${result}, ${refusalText(run.refusal)}`;
  return run.state === 'held' || run.counts.records === 0 ? result : `${result}, records ${countsText(run.counts)}`;
}
