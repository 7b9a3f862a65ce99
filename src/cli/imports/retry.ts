// `imports retry`: imports that failed or were cancelled, or whose workflow was ended from outside, wait for their client's turn again and
// go on where they stopped. What has ended well, or still runs, is refused with what to do instead.

import type { Command } from 'commander';
import type { ImportId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { hasEnded, WITH_WORKFLOW } from '../../domain/import-state';
import { notNow, wrongUse } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record, REASON_OPTION, requireReason } from '../record';
import type { CliDeps, Services } from '../deps';
import { describeError } from '../text/describe-error';
import { hasStopped, markStopped, requireImport } from './require-import';
import { shownState } from './import-item';
import { requireClients } from '../clients/require-client';
import { waitForWorker, waitsForResume, wakeInbox } from './wake-inbox';

interface RetryOptions {
  readonly allFailed?: true;
  readonly client?: string;
  readonly reason?: string;
}

interface Retried {
  readonly importId: string;
  readonly retried: boolean;
  readonly message: string;
}

export function addRetryCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'retry [id...]',
    summary: 'start imports again that failed or were cancelled',
    details:
      'Also one whose workflow was terminated in Temporal, or has expired there. It takes its turn like any file and continues where it stopped: nothing is imported twice. The reason is kept with the import.',
    examples: [
      'imports retry acme-42 --reason "disk was full"',
      'imports retry acme-42 acme-43 --reason "disk was full"',
      'imports retry --all-failed --client acme --reason "database is back"',
    ],
  })
    .option('--all-failed', 'all imports that failed or were terminated, oldest first')
    .option('-c, --client <id>', 'with --all-failed: only those of this client')
    .option(...REASON_OPTION)
    .action(async (ids: readonly string[], options: RetryOptions) => {
      const reason = checkUse(ids, options);
      const services = await deps.open();
      const named = await requireImports(services, ids);
      const [only] = named;
      if (named.length === 1 && only !== undefined) {
        const done = await retry(services, only, reason, deps);
        return print.show(done, () => done.message);
      }
      const runs = named.length > 0 ? named : await failedImports(services, options.client);
      const done: Retried[] = [];
      for (const run of runs) done.push(await retryOrSayWhyNot(services, run, reason, deps));
      await print.show(done, () => (done.length === 0 ? 'No import has failed.' : done.map(({ message }) => message).join('\n')));
      const refused = done.filter(({ retried }) => !retried).length;
      if (refused > 0)
        throw notNow(
          `${refused} of ${done.length} imports could not be started again; why stands with each.\nSee those that are left with: imports list --state failed`,
        );
    });
}

function checkUse(ids: readonly string[], { allFailed, client, reason }: RetryOptions): string {
  if ((ids.length === 0) === (allFailed === undefined)) {
    throw wrongUse('Say which imports: ids such as acme-42, or --all-failed, one of the two');
  }
  if (client !== undefined && allFailed === undefined) throw wrongUse('--client can only be used with --all-failed');
  return requireReason(reason, 'database is back');
}

/** All of them are known before the first is started. Each once, as named. */
async function requireImports(services: Services, ids: readonly string[]): Promise<readonly ImportRun[]> {
  const runs: ImportRun[] = [];
  for (const id of new Set(ids)) runs.push(await requireImport(services, id));
  return runs;
}

async function failedImports(services: Services, client: string | undefined): Promise<readonly ImportRun[]> {
  const clientIds = client === undefined ? undefined : await requireClients(services, [client]);
  const open = await services.imports.list({ clientIds, states: [...WITH_WORKFLOW, 'failed'], limit: 100_000 });
  const failed: ImportRun[] = [];
  for (const found of open.toReversed()) {
    const { run, canBe } = await asItStands(services, found);
    if (canBe && run.state !== 'cancelled') failed.push(run);
  }
  return failed;
}

/**
 * `isGone` = its workflow is gone, and nobody has written that down; `canBe` = it can be started again. The client's inbox may have seen in the
 * same moment that it was stopped, and have written that down.
 */
async function asItStands(services: Services, found: ImportRun) {
  const isGone = await hasStopped(services, found);
  const run = isGone ? found : await requireImport(services, found.importId);
  return { run, isGone, canBe: isGone || run.state === 'failed' || run.state === 'cancelled' };
}

async function retry(services: Services, found: ImportRun, reason: string, deps: CliDeps): Promise<Retried> {
  const { importId } = found;
  refuseEnded(found);
  await refuseUndoing(services, found);
  const { run, isGone, canBe } = await asItStands(services, found);
  refuseEnded(run);
  // What is refused is not on record as done.
  if (!canBe) refuseRunning(run);
  await record(deps, services, { action: 'retry', clientId: run.clientId, subject: importId, reason, was: { state: run.state } });
  if (!(await hasAsked(services, isGone ? await markStopped(services, run, deps) : run, reason, deps))) refuseRunning(run);
  await wakeInbox(services, run.clientId, `The retry of ${importId} is written down`);
  return { importId, retried: true, message: await whatBecomesOf(services, importId, deps) };
}

/** It waits for a turn from here on, whatever becomes of us. False when it runs, or waits already. */
async function hasAsked({ imports }: Services, run: ImportRun, reason: string, deps: CliDeps): Promise<boolean> {
  refuseEnded(run);
  const { importId, state, turn } = run;
  if (state !== 'failed' && state !== 'cancelled') return false;
  const at = deps.now();
  const retries = [...(run.retries ?? []), { at, by: deps.operator, reason }];
  return imports.advance(importId, 'queued', { askedAt: at, turn: null, failure: null, retries }, { state: [state], turn });
}

async function whatBecomesOf({ imports, clients }: Services, importId: ImportId, deps: CliDeps): Promise<string> {
  const written = `The retry of import ${importId} is written down.`;
  const follow = `Follow it with: imports watch ${importId}`;
  const found = await waitForWorker(deps, async () => {
    const now = await imports.find(importId);
    if (now?.state !== 'queued') return `Import ${importId} goes on where it stopped.\n${follow}`;
    const client = await clients.find(now.clientId);
    return client?.paused === undefined ? undefined : `${written}\n${waitsForResume(client)}`;
  });
  return (
    found ??
    `${written}\nIt waits for its turn, and then goes on where it stopped. If it still waits in a few minutes, see: imports doctor\n${follow}`
  );
}

/** To go on and to go back at once would leave something in between. */
async function refuseUndoing({ undos }: Services, { importId }: ImportRun): Promise<void> {
  if ((await undos.find(importId)) === undefined) return;
  throw notNow(
    `Import ${importId} is being undone, so it is not started again. Follow that with: imports undo ${importId} --reason "…"\nTo import it again, drop the file into the client's folder once it is undone`,
  );
}

function refuseRunning(run: ImportRun): never {
  const { importId, state } = run;
  const isWaiting = state === 'queued' || state === 'claiming';
  const what = isWaiting ? 'waits for its turn already' : `is running (${shownState(run)})`;
  throw notNow(
    state === 'held'
      ? `Import ${importId} waits for a decision:\nimports approve ${importId} --reason "…"\nimports decline ${importId} --reason "…"`
      : `Import ${importId} ${what}. Follow it with: imports watch ${importId}`,
  );
}

function refuseEnded(run: ImportRun): void {
  if (!hasEnded(run)) return;
  const { importId, state, outcome, counts, report } = run;
  const ended = `Import ${importId} is ${state === 'undone' ? 'undone' : `finished (${outcome ?? 'no outcome'})`}, so there is nothing to retry.`;
  const mail = report === 'failed' ? `\nIts e-mail could not be sent; send it with: imports resend-report ${importId}` : '';
  const again = counts.rejected > 0 ? `\nGet its failed records with: imports rejected ${importId} --csv` : '';
  throw notNow(`${ended}${mail}${again}\nTo import it again, drop the corrected file into the client's folder`);
}

async function retryOrSayWhyNot(services: Services, run: ImportRun, reason: string, deps: CliDeps): Promise<Retried> {
  try {
    return await retry(services, run, reason, deps);
  } catch (error) {
    const { code, message } = describeError(error);
    if (code === 'UNREACHABLE') throw error;
    return { importId: run.importId, retried: false, message };
  }
}
