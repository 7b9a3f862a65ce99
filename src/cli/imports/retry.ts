// `imports retry`: starts imports again that failed, were cancelled or terminated; they go on where they stopped. What has ended well, or
// still runs, is refused with what to do instead.

import type { Command } from 'commander';
import type { ImportRun } from '../../domain/import-run';
import { ImportsError } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import type { CliDeps, Services } from '../deps';
import { describeError } from '../text/describe-error';
import { AT_WORK, hasStopped } from './has-stopped';
import { shownState } from './import-item';
import { requireClient } from '../clients/require-client';
import { requireImport } from './require-import';

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

/** A worker takes up an import within milliseconds; this long is waited before saying that none did. */
const TAKEN_UP_WITHIN_MS = 5000;
const POLL_MS = 200;

export function addRetryCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'retry [id]',
    summary: 'start an import again that failed or was cancelled',
    details:
      'Also one whose workflow was terminated in Temporal, or has expired there. It goes on where it stopped: nothing is imported twice. The reason is kept with the import.',
    examples: ['imports retry acme-42 --reason "disk was full"', 'imports retry --all-failed --client acme --reason "database is back"'],
  })
    .option('--all-failed', 'all imports that failed or were terminated, oldest first')
    .option('-c, --client <id>', 'with --all-failed: only those of this client')
    .option('-r, --reason <text>', 'required: why, for whoever looks later')
    .action(async (id: string | undefined, options: RetryOptions) => {
      const reason = checkUse(id, options);
      const services = await deps.open();
      if (id !== undefined) {
        const done = await retry(services, await requireImport(services, id), reason, deps);
        return print.show(done, () => done.message);
      }
      const runs = await failedImports(services, options.client);
      const done: Retried[] = [];
      for (const run of runs) done.push(await retryOrSayWhyNot(services, run, reason, deps));
      await print.show(done, () => (done.length === 0 ? 'No import has failed.' : done.map(({ message }) => message).join('\n')));
      const refused = done.filter(({ retried }) => !retried).length;
      if (refused > 0)
        throw new ImportsError(
          'NOT_NOW',
          `${refused} of ${done.length} imports could not be started again; why stands with each.\nSee those that are left with: imports list --state failed`,
        );
    });
}

function checkUse(id: string | undefined, { allFailed, client, reason = '' }: RetryOptions): string {
  if ((id === undefined) === (allFailed === undefined)) {
    throw new ImportsError('WRONG_USE', 'Say which import: an id such as acme-42, or --all-failed, one of the two');
  }
  if (client !== undefined && allFailed === undefined) throw new ImportsError('WRONG_USE', '--client goes with --all-failed only');
  if (reason.trim() === '') throw new ImportsError('WRONG_USE', 'Say why, for whoever looks later: --reason "database is back"');
  return reason.trim();
}

async function failedImports(services: Services, client: string | undefined): Promise<readonly ImportRun[]> {
  const clientId = client === undefined ? undefined : (await requireClient(services, client)).clientId;
  const states = ['failed', ...AT_WORK] as const;
  const open = await services.imports.list({ ...(clientId === undefined ? {} : { clientId }), states, limit: 100_000 });
  const failed: ImportRun[] = [];
  for (const run of open.toReversed()) if (run.state === 'failed' || (await hasStopped(services, run))) failed.push(run);
  return failed;
}

async function retry(services: Services, run: ImportRun, reason: string, deps: CliDeps): Promise<Retried> {
  const { importId } = run;
  refuseEnded(run);
  await refuseUndoing(services, run);
  // A workflow that somebody terminated leaves the import in the state it was in: so it is Temporal that says whether it runs.
  if (!(await isStarted(services, run, reason, deps))) throw new ImportsError('NOT_NOW', sayRunning(run));
  await services.imports.noteRetry(importId, { at: deps.now(), by: deps.operator, reason });
  const takenUp = await isTakenUp(services.imports, run, deps);
  const next = takenUp
    ? `Follow it with: imports watch ${importId}`
    : 'No worker has taken it up yet; see whether one runs: imports doctor';
  return { importId, retried: true, message: `Import ${importId} goes on where it stopped.\n${next}` };
}

/** To go on and to go back at once would leave something in between. */
async function refuseUndoing({ undos }: Services, { importId }: ImportRun): Promise<void> {
  if ((await undos.find(importId)) === undefined) return;
  throw new ImportsError(
    'NOT_NOW',
    `Import ${importId} is being undone, so it is not started again. Follow that with: imports undo ${importId} --reason "…"\nTo import it again, drop the file into the client's folder once it is undone`,
  );
}

/** False when it runs. One that has written down its failure needs a moment more to end. */
async function isStarted({ control }: Services, run: ImportRun, reason: string, { sleep }: Pick<CliDeps, 'sleep'>): Promise<boolean> {
  const isEnding = run.state === 'failed' || run.state === 'cancelled';
  for (let waited = 0; ; waited += POLL_MS) {
    try {
      await control.retry(run, reason);
      return true;
    } catch (error) {
      if (!(error instanceof ImportsError && error.code === 'NOT_NOW')) throw error;
      if (!isEnding || waited >= TAKEN_UP_WITHIN_MS) return false;
    }
    await sleep(POLL_MS);
  }
}

function sayRunning(run: ImportRun): string {
  const { importId, state } = run;
  return state === 'held'
    ? `Import ${importId} waits for a decision:\nimports approve ${importId} --reason "…"\nimports decline ${importId} --reason "…"`
    : `Import ${importId} is running (${shownState(run)}). Follow it with: imports watch ${importId}`;
}

function refuseEnded({ importId, state, outcome, counts, report }: ImportRun): void {
  if (state !== 'finished' && state !== 'undone') return;
  const ended = `Import ${importId} is ${state === 'undone' ? 'undone' : `finished (${outcome ?? 'no outcome'})`}, so there is nothing to retry.`;
  const mail = report === 'failed' ? `\nIts e-mail could not be sent; send it with: imports resend-report ${importId}` : '';
  const again = counts.rejected > 0 ? `\nGet its failed records with: imports rejected ${importId} --csv` : '';
  throw new ImportsError('NOT_NOW', `${ended}${mail}${again}\nTo import it again, drop the corrected file into the client's folder`);
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

async function isTakenUp(imports: Services['imports'], before: ImportRun, { sleep }: Pick<CliDeps, 'sleep'>): Promise<boolean> {
  for (let waited = 0; waited < TAKEN_UP_WITHIN_MS; waited += POLL_MS) {
    const now = await imports.find(before.importId);
    if (now !== undefined && (now.state !== before.state || now.attempts > before.attempts)) return true;
    await sleep(POLL_MS);
  }
  return false;
}
