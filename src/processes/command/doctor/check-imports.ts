// Imports and clients that need somebody: silent and paused clients, imports that wait for a word, imports that look busy, claims that
// nobody finished.

import { needsYou, needsYouText, type AskedForNeeds } from '../../../cli/imports/needs-you';
import type { Client } from '../../../domain/client';
import { silenceOf } from '../../../domain/client/schedule';
import type { ImportRun } from '../../../domain/import-run';
import type { ImportStore, ImportsControl } from '../../../ports';
import { ill, named, waiting, well, type Finding, counted } from './finding';
import { hasStopped } from '../../../cli/imports/stopped';
import type { ImportId } from '../../../domain/ids';
import { WITH_WORKFLOW } from '../../../domain/import-state';

const STUCK_MS = 10 * 60_000;
/** A claim takes milliseconds: one that is still there after this is nobody's any more. */
const SECOND_LOOK_MS = 500;
/** Temporal is asked about each. */
const MOST_LOOKED_AT = 50;

export async function checkSilentClients(imports: Pick<ImportStore, 'list'>, clients: readonly Client[], now: Date): Promise<Finding> {
  const watched = clients.filter(({ settings }) => settings.expectFileEvery !== null);
  const silent: string[] = [];
  for (const client of watched) {
    const [newest] = await imports.list({ clientIds: [client.clientId], limit: 1 });
    if (silenceOf(client, newest, now) !== undefined) silent.push(client.clientId);
  }
  if (silent.length > 0) {
    return ill(`nothing for longer than agreed from ${named(silent)}`, `See what came last: imports list --client ${silent[0]}`);
  }
  return well(watched.length === 0 ? 'none; no client has expectFileEvery set' : `none of ${watched.length}`);
}

export function checkPausedClients(clients: readonly Client[]): Finding {
  const paused = clients.flatMap(({ clientId, paused: pause }) => (pause === undefined ? [] : [{ clientId, ...pause }]));
  const [first] = paused.sort((a, b) => a.at.getTime() - b.at.getTime());
  if (first === undefined) return well('none');
  const each = paused.map(({ clientId, at, by, reason }) => `${clientId} (since ${at.toISOString().slice(0, 10)}, by ${by}: ${reason})`);
  return waiting(named(each), `imports client resume ${first.clientId} --reason "…"`);
}

export async function checkWaitingImports(stores: AskedForNeeds): Promise<Finding> {
  const needed = await needsYou(stores);
  if (needed === null) return well('none');
  return { ...waiting(needed.what, `What happened, and what to type: ${needed.next}`), needsYou: needsYouText(needed) };
}

export async function checkStuckClaims(
  imports: Pick<ImportStore, 'list'>,
  { now, sleep }: { readonly now: Date; readonly sleep: (ms: number) => Promise<unknown> },
): Promise<Finding> {
  const look = async (): Promise<readonly ImportRun[]> =>
    (await imports.list({ states: ['claiming'], limit: 100 })).filter(({ receivedAt }) => now.getTime() - receivedAt.getTime() > STUCK_MS);
  const first = await look();
  if (first.length === 0) return well('none');
  // An old file may be claimed this very moment.
  await sleep(SECOND_LOOK_MS);
  const still = new Set((await look()).map(({ importId }) => importId));
  const stuck = first.filter(({ importId }) => still.has(importId));
  return stuck.length === 0
    ? well('none')
    : ill(`begun and not ended: ${named(stuck.map(({ importId }) => importId))}`, `Look again: imports scan ${stuck[0]?.clientId}`);
}

/** Is anybody at work on them, and do their steps work? */
export async function checkAtWork(
  imports: Pick<ImportStore, 'list' | 'find'>,
  control: Pick<ImportsControl, 'isRunning' | 'troubles'>,
): Promise<Finding> {
  const atWork = await imports.list({ states: WITH_WORKFLOW, limit: MOST_LOOKED_AT });
  const stopped: ImportId[] = [];
  const stuck: ImportId[] = [];
  for (const run of atWork) {
    if (await hasStopped({ imports, control }, run)) stopped.push(run.importId);
    else if ((await control.troubles(run.importId)).length > 0) stuck.push(run.importId);
  }
  if (stopped.length > 0) {
    return ill(`nobody is at work on ${named(stopped)}: terminated in Temporal`, `imports retry ${stopped[0]} --reason "…" (or undo)`);
  }
  if (stuck.length > 0) {
    const what = counted(stuck.length, 'import waits for a step that is', 'imports wait for steps that are');
    return waiting(`${what} tried again: ${named(stuck)}`, `Why, and when next: imports show ${stuck[0]}`);
  }
  return well(atWork.length === 0 ? 'none' : counted(atWork.length, 'import'));
}
