// `imports watch` without an id: every import as it happens, a line for each change, until Ctrl-C.

import type { ImportId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { hasEnded } from '../../domain/import-state';
import type { Session } from '../define-command';
import type { Services } from '../deps';
import { countsText, refusalText, resultInList, resultOf } from '../show/describe-import';
import { progressLine } from '../show/progress-display';
import { escapeJson } from '../text/escape-text';
import type { Printer } from '../text/print';
import { importItem, toneOf } from './import-item';
import { AT_WORK, createProgressReader, type ProgressReader } from './progress-reader';

const POLL_MS = 1_000;
/** A small file may be imported between two polls: it is told, too, as it is among the newest then. */
const NEWEST = 200;
/** How often a line tells how far an import has come in its present state. */
const PROGRESS_MS = 5_000;
const MOST = 1_000;

interface Told {
  readonly run: ImportRun;
  readonly text: string;
  readonly at: number;
  readonly progressOf: ProgressReader;
}

/** Ends when its reader has gone (`imports watch | head`). */
export async function watchAll(services: Services, { deps, print }: Session): Promise<void> {
  const { imports, control } = services;
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
    const progressOf = before?.progressOf ?? createProgressReader(services, print);
    const text = await textOf(run, progressOf, print);
    told.set(run.importId, { run, text, at: now.getTime(), progressOf });
    if (!isNews || text === before?.text) return;
    if (print.json) await print.raw(`${escapeJson(JSON.stringify(importItem(run, control)))}\n`);
    else await print.show(null, () => [print.time(now), run.importId, run.fileName, print.paint(toneOf(run), text)].join('  '));
  };

  if (!print.json) await print.raw('Every import as it happens. Ctrl-C stops watching; imports go on.\n');
  for (let isFirst = true; !deps.stdout.destroyed && deps.stdout.errored == null; isFirst = false) {
    // What had ended before somebody watched is not news.
    for (const run of await look()) await tell(run, !isFirst || AT_WORK.includes(run.state));
    await deps.sleep(POLL_MS);
  }
}

async function textOf(run: ImportRun, progressOf: ProgressReader, print: Printer): Promise<string> {
  if (AT_WORK.includes(run.state)) return progressLine(await progressOf(run), print);
  const result = resultInList(run, print);
  if (run.refusal !== null) return `${result}, ${refusalText(run.refusal)}`;
  return run.state === 'held' || run.counts.records === 0 ? result : `${result}, records ${countsText(run.counts, print)}`;
}
