// `imports show`: everything about one import. With --plan: who would be archived by a held one, which permits they hold, and whose e-mail or
// user name would change. Of that the terminal gets the first of each kind; all of them are streamed as CSV or JSON, as there may be millions.

import type { Command } from 'commander';
import type { ImportRun, Held } from '../../domain/import-run';
import { hasEnded } from '../../domain/import-state';
import type { Undo } from '../../domain/undo/undo';
import { partsOfWebhookKind } from '../../domain/webhook/event';
import { wrongUse, notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { describeImport, type MailFailures, decisionCommands, resultOf } from '../show/describe-import';
import { hasStopped, requireImport } from './require-import';
import { importItem } from './import-item';
import type { PlannedChange, ReplacedValue } from '../../domain/file/checked-file';
import { counted } from '../../domain/report/wording';
import type { Printer } from '../text/print';

export function addShowCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'show <id>',
    summary: 'state, outcome, numbers and reasons of one import',
    details:
      'Says what to type next, and links to the Temporal UI. With --plan, for an import that waits for approval: who would be archived, which permits they hold, and whose e-mail or user name would change.',
    examples: ['imports show acme-42', 'imports show acme-42 --plan', 'imports show acme-42 --plan --csv > plan.csv'],
  })
    .option('--plan', 'which users a held import would change, and how')
    .option('--csv', 'with --plan: all of it, as a CSV file')
    .action(async (id: string, { plan, csv }: { readonly plan?: true; readonly csv?: true }) => {
      if (csv && !plan) throw wrongUse('--csv goes with --plan: imports show ID --plan --csv');
      if (csv && print.json) throw wrongUse('Give one of --csv and --json, not both');
      const services = await deps.open();
      const { control, undos } = services;
      const found = await requireImport(services, id);
      if (plan) return showPlan({ deps, print }, found, { csv });
      // Without Temporal the database still tells most.
      const seen = await hasStopped(services, found).catch(() => undefined);
      const stopped = seen === true;
      // Read again: the inbox may have noted meanwhile that it had stopped.
      const run = stopped ? found : await requireImport(services, id);
      const undone = await undos.find(run.importId);
      const settingsNow = (await services.clients.find(run.clientId))?.settings;
      const mailFailures = await findMailFailures(services, run, undone);
      const webhooks = (await services.outbox.webhooksNotTaken(run.importId)).map(({ kind, ...rest }) => ({
        ...partsOfWebhookKind(kind),
        ...rest,
      }));
      // A server that does not answer is waited for once.
      const troubles = !mayBeStuck(run, undone) ? [] : seen === undefined ? null : await control.troubles(run.importId).catch(() => null);
      const more = {
        ...(run.settings === undefined ? {} : { settings: run.settings }),
        ...(run.refusedBy === undefined ? {} : { refusedBy: run.refusedBy }),
        ...(troubles === null || troubles.length === 0 ? {} : { troubles }),
        ...(Object.keys(mailFailures).length === 0 ? {} : { mailFailures }),
        ...(webhooks.length === 0 ? {} : { webhooks }),
      };
      await print.show({ ...importItem(run, control), ...more }, () =>
        describeImport(run, { uiUrl: (of) => control.uiUrl(of), stopped, undone, troubles, mailFailures, webhooks, settingsNow }, print),
      );
    });
}

/** Temporal is asked only about what is not done: that takes longer than all the rest. */
function mayBeStuck(run: ImportRun, undone: Undo | undefined): boolean {
  const reports = [run.report, undone?.report];
  return !hasEnded(run) || undone?.finishedAt === null || reports.includes('pending') || reports.includes('failed');
}

async function findMailFailures(
  { outbox }: Services,
  { importId, state, report }: ImportRun,
  undone: Undo | undefined,
): Promise<MailFailures> {
  const kinds = [
    ...(state === 'held' ? (['hold'] as const) : []),
    ...(report === 'failed' ? (['report'] as const) : []),
    ...(undone?.report === 'failed' ? (['undo'] as const) : []),
  ];
  const found = await Promise.all(kinds.map(async (kind) => [kind, await outbox.whyFailed(importId, kind)] as const));
  return Object.fromEntries(found.filter(([, why]) => why !== null));
}

const ON_SCREEN = 100;
const HEADERS = ['source_line', 'unique_id', 'archived', 'permits', 'email_was', 'email_would_be', 'user_name_was', 'user_name_would_be'];

async function showPlan({ deps, print }: Session, run: ImportRun, { csv }: { readonly csv: true | undefined }): Promise<void> {
  const { importId, state, held } = run;
  if (state !== 'held' || held === null)
    throw notNow(`Import ${importId} is not waiting for approval.\nState: ${resultOf(run)}\nSee all of it with: imports show ${importId}`);
  const changes = deps.plannedChanges(importId);
  if (csv) return printCsv(deps, changes, print);
  if (print.json) return print.showEach(changes);
  const seen = await firstOfEach(changes);
  return print.show(undefined, () => planText(importId, held, seen, print));
}

async function printCsv(deps: Session['deps'], changes: AsyncIterable<PlannedChange>, print: Printer): Promise<void> {
  const { csv } = await deps.open();
  await print.csvFile((path) => csv.writeTable(path, HEADERS, rowsOf(changes)));
}

async function* rowsOf(changes: AsyncIterable<PlannedChange>): AsyncGenerator<readonly string[]> {
  for await (const { line, uniqueId, isArchived, permits, email, userName } of changes) {
    const values = [email, userName].flatMap((value) => [value?.was ?? '', value?.willBe ?? '']);
    yield [String(line), uniqueId, isArchived ? 'yes' : '', permits.join(' '), ...values];
  }
}

interface Seen {
  readonly losing: PlannedChange[];
  readonly renamed: PlannedChange[];
  losingCount: number;
  renamedCount: number;
}

/** Losing = archived, or losing a permit all the same. */
async function firstOfEach(changes: AsyncIterable<PlannedChange>): Promise<Seen> {
  const seen: Seen = { losing: [], renamed: [], losingCount: 0, renamedCount: 0 };
  for await (const change of changes) {
    if ((change.isArchived || change.permits.length > 0) && ++seen.losingCount <= ON_SCREEN) seen.losing.push(change);
    if ((change.email !== null || change.userName !== null) && ++seen.renamedCount <= ON_SCREEN) seen.renamed.push(change);
  }
  return seen;
}

function planText(importId: string, held: Held, { losing, renamed, losingCount, renamedCount }: Seen, print: Printer): string {
  const isCut = losingCount > losing.length || renamedCount > renamed.length;
  return [
    print.prose(`What ${importId} would do if it were approved now; it has been held since ${print.time(held.since)}.`),
    losingCount === 0
      ? 'Nobody would be archived.'
      : `${headline('would be archived or lose a permit', losingCount, losing.length)}\n${losingTable(losing, print)}`,
    renamedCount === 0
      ? 'Nobody would get a different e-mail or user name.'
      : `${headline('would get a different e-mail or user name', renamedCount, renamed.length)}\n${renamedTable(renamed, print)}`,
    ...(isCut ? [`All of them:\nimports show ${importId} --plan --csv > plan.csv`] : []),
    print.prose(`Decide with one of:\n${decisionCommands(importId)}`),
  ].join('\n\n');
}

function headline(what: string, count: number, shown: number): string {
  const users = `${counted(count, 'user')} ${what}`;
  return shown < count ? `${users}, the first ${shown}:` : `${users}:`;
}

function losingTable(losing: readonly PlannedChange[], print: Printer): string {
  return print.table(losing, [
    { head: 'LINE', align: 'right', cell: ({ line }) => line },
    { head: 'UNIQUE ID', cell: ({ uniqueId }) => uniqueId },
    { head: 'ARCHIVED', cell: ({ isArchived }) => (isArchived ? 'yes' : 'is already') },
    { head: 'ACTIVE PERMITS', narrow: 'wrap', cell: ({ permits }) => permits.join(', ') },
  ]);
}

function renamedTable(renamed: readonly PlannedChange[], print: Printer): string {
  return print.table(renamed, [
    { head: 'LINE', align: 'right', cell: ({ line }) => line },
    { head: 'UNIQUE ID', cell: ({ uniqueId }) => uniqueId },
    {
      head: 'FIELD: OLD -> NEW',
      narrow: 'wrap',
      cell: ({ email, userName }) => [
        ...(email === null ? [] : [`e-mail: ${arrow(email)}`]),
        ...(userName === null ? [] : [`user name: ${arrow(userName)}`]),
      ],
    },
  ]);
}

function arrow({ was, willBe }: ReplacedValue): string {
  return `${was} -> ${willBe}`;
}
