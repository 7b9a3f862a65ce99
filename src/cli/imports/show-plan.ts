// `imports show ID --plan`: who would be archived by a held import, which permits they hold, and whose e-mail or user name would change. On
// the terminal the first of each kind; all of them as CSV or JSON, which are streamed, because there may be millions.

import type { PlannedChange, ReplacedValue } from '../../domain/file/checked-file';
import type { Held, ImportRun } from '../../domain/import-run';
import { notNow } from '../../errors';
import type { Session } from '../define-command';
import { decisionCommands, resultOf } from '../show/describe-import';
import type { Printer } from '../text/print';

const ON_SCREEN = 100;
const HEADERS = ['source_line', 'unique_id', 'archived', 'permits', 'email_was', 'email_would_be', 'user_name_was', 'user_name_would_be'];

export async function showPlan({ deps, print }: Session, run: ImportRun, { csv }: { readonly csv: true | undefined }): Promise<void> {
  const { importId, state, held } = run;
  if (state !== 'held' || held === null)
    throw notNow(`Import ${importId} is not waiting for approval.\nState: ${resultOf(run)}\nSee all of it with: imports show ${importId}`);
  const changes = deps.plannedChanges(importId);
  if (csv) return printCsv(deps, changes, print);
  if (print.json) return print.showEach(changes);
  const seen = await firstOfEach(changes);
  return print.show(undefined, () => textOf(importId, held, seen, print));
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

function textOf(importId: string, held: Held, { losing, renamed, losingCount, renamedCount }: Seen, print: Printer): string {
  const isCut = losingCount > losing.length || renamedCount > renamed.length;
  return [
    print.prose(`What ${importId} would do if it were approved now; it has been held since ${print.time(held.since)}.`),
    losingCount === 0
      ? 'Nobody would be archived.'
      : `${headline('would be archived or lose a permit', losingCount, losing.length, print)}\n${losingTable(losing, print)}`,
    renamedCount === 0
      ? 'Nobody would get a different e-mail or user name.'
      : `${headline('would get a different e-mail or user name', renamedCount, renamed.length, print)}\n${renamedTable(renamed, print)}`,
    ...(isCut ? [`All of them:\nimports show ${importId} --plan --csv > plan.csv`] : []),
    print.prose(`Decide with one of:\n${decisionCommands(importId)}`),
  ].join('\n\n');
}

function headline(what: string, count: number, shown: number, print: Printer): string {
  const users = `${print.number(count)} ${count === 1 ? 'user' : 'users'} ${what}`;
  return shown < count ? `${users}, the first ${shown}:` : `${users}:`;
}

function losingTable(losing: readonly PlannedChange[], print: Printer): string {
  return print.table(
    [{ head: 'LINE', align: 'right' }, { head: 'UNIQUE ID' }, { head: 'ARCHIVED' }, { head: 'ACTIVE PERMITS', narrow: 'wrap' }],
    losing.map(({ line, uniqueId, isArchived, permits }) => [line, uniqueId, isArchived ? 'yes' : 'is already', permits.join(', ')]),
  );
}

function renamedTable(renamed: readonly PlannedChange[], print: Printer): string {
  return print.table(
    [{ head: 'LINE', align: 'right' }, { head: 'UNIQUE ID' }, { head: 'FIELD: OLD -> NEW', narrow: 'wrap' }],
    renamed.map(({ line, uniqueId, email, userName }) => [
      line,
      uniqueId,
      [...(email === null ? [] : [`e-mail: ${arrow(email)}`]), ...(userName === null ? [] : [`user name: ${arrow(userName)}`])],
    ]),
  );
}

function arrow({ was, willBe }: ReplacedValue): string {
  return `${was} -> ${willBe}`;
}
