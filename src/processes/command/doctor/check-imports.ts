// Imports and clients that need somebody: silent and paused clients, imports that wait for a word, imports that look busy, claims that
// nobody finished, users whose keys are not what their values say.

import { needsYou, needsYouText, type AskedForNeeds } from '../../../cli/imports/needs-you';
import type { Client } from '../../../domain/client';
import { silenceOf } from '../../../domain/client/schedule';
import type { ImportRun } from '../../../domain/import-run';
import type { ImportStore, ImportsControl, UserStore } from '../../../ports';
import { counted } from '../../../domain/report/wording';
import { ill, named, waiting, well, type Finding, PATIENCE_MS } from './finding';
import { hasStopped } from '../../../cli/imports/require-import';
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

/** Looks no longer than a check may take: a client with millions of users is looked at in part. */
export async function checkUserKeys(
  users: Pick<UserStore, 'countOddKeys'>,
  clients: readonly Pick<Client, 'clientId'>[],
  now: () => number = Date.now,
): Promise<Finding> {
  const until = now() + PATIENCE_MS;
  const odd: { readonly clientId: string; readonly users: number }[] = [];
  let isWhole = true;
  for (const { clientId } of clients) {
    let found = 0;
    for await (const some of users.countOddKeys(clientId)) {
      found += some;
      if (now() > until) {
        isWhole = false;
        break;
      }
    }
    if (found > 0) odd.push({ clientId, users: found });
    if (!isWhole) break;
  }
  const part = isWhole ? '' : ' (not all checked)';
  const [first] = odd;
  if (first === undefined) return well(`all as they should be${part}`);
  const detail = odd.slice(0, 5).map((one) => `${counted(one.users, 'user')} of ${one.clientId}`);
  return waiting(
    `not what the user's own e-mail or user name says: ${detail.join(', ')}${part}`,
    `The next import mends them; sooner, and to see who shares a value: imports users repair ${first.clientId}`,
  );
}
