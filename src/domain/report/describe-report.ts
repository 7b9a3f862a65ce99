// What the e-mail about an import says, before it is text or HTML: what failed, what to do, then the details. Written for somebody in
// a client's IT office who has ten seconds. Holds no value of any record; those are in the attachment only.

import { failedRecordsName } from '../file/backup-names';
import type { ImportId } from '../ids';
import type { Became, ImportRun, Stopped } from '../import-run';
import { oneLine } from './one-line';
import { nameLines } from '../reason/name-lines';
import type { Refusal } from '../reason/reasons';
import { REFUSALS } from '../reason/refusals';
import { summariseReasons } from '../reason/summarise-reasons';

export interface ReportPage {
  readonly verdict: 'failed-records' | 'refused' | 'declined' | 'no-failures' | 'held';
  readonly headline: string;
  readonly lead: string;
  readonly problems: readonly Problem[];
  readonly steps: readonly string[];
  readonly notes: readonly string[];
  readonly counts: readonly (readonly [label: string, value: string])[];
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Why this e-mail came, and whom a reply reaches. */
  readonly footer: string;
}

const FOOTER = 'Sent automatically when a file of yours was imported. Reply to reach the administrator.';

const SAME_AS: Readonly<Record<Became, (importId: ImportId) => string>> = {
  imported: (importId) => `was imported before, as ${importId}.`,
  refused: (importId) => `was refused before, as ${importId}; it changed no user then.`,
  declined: (importId) => `was declined before, as ${importId}; it changed no user then.`,
  undone: (importId) => `came before, as ${importId}; what that import had changed was taken back.`,
};

export interface Problem {
  /** How many records have it, e.g. `8 records`; null = it is about the file as a whole. */
  readonly often: string | null;
  readonly code: string;
  readonly title: string;
  /** Where to look, e.g. `in street, on lines 2 and 7`; null = it is about the file as a whole. */
  readonly where: string | null;
  readonly advice: string;
}

/** `attached` = how many records the attachment holds; null = there is none. `attachmentName` is shown as it is. */
export function describeReport(run: ImportRun, attached: number | null, attachmentName: string): ReportPage {
  const common = { notes: notes(run, attached), facts: facts(run), footer: FOOTER };
  const file = oneLine(run.fileName);
  if (run.stopped !== undefined) {
    return {
      ...common,
      verdict: 'declined',
      headline: 'Your file was not imported',
      lead: `${file} ${whyStopped(run.stopped)} ${takenBack(run.stopped)}`,
      problems: [],
      steps: [
        run.stopped.because === 'failed'
          ? 'Upload the file again to have it imported.'
          : 'If the file was right, reply to this e-mail, so that the administrator knows.',
      ],
      counts: [['Records in the file', grouped(run.counts.records)]],
    };
  }
  if (run.outcome === 'declined') {
    return {
      ...common,
      verdict: 'declined',
      headline: 'Your file was not imported',
      lead: `${file} ${whyDeclined(run)} No user was changed.`,
      problems: [],
      steps: [
        'If these users are to be archived: reply to this e-mail, so that the administrator knows, and upload the file again.',
        'If not: users whose record says active = 0 are archived. Correct the file and upload it again.',
      ],
      counts: [],
    };
  }
  const { records, rejected } = run.counts;
  if (run.refusal !== null) {
    return {
      ...common,
      verdict: 'refused',
      headline: 'Your file could not be imported',
      lead: `${file} was refused as a whole. No user was changed.`,
      problems: [refusedBecause(run.refusal)],
      steps: ['Put that right, and upload the file to your SFTP folder again.'],
      counts: [],
    };
  }
  if (rejected === 0) {
    return {
      ...common,
      verdict: 'no-failures',
      headline: 'Your file was imported',
      lead: `No record of ${file} failed.`,
      problems: [],
      steps: [],
      counts: countRows(run),
    };
  }
  return {
    ...common,
    verdict: 'failed-records',
    headline: `${grouped(rejected)} of ${grouped(records)} ${records === 1 ? 'record' : 'records'} failed`,
    lead: `${rejected === records ? `No record of ${file} could be imported.` : `The rest of ${file} was imported.`}${attached === null ? '' : ' The failed records are attached: correct them and upload that file.'}`,
    problems: problems(run),
    steps: attached === null ? correctAtHome(run) : correctTheAttachment(attachmentName),
    counts: countRows(run),
  };
}

export function whyStopped({ because }: Stopped): string {
  return because === 'failed'
    ? 'could not be imported to its end, because something of ours was broken.'
    : 'was stopped by the administrator before all of it was imported.';
}

function users(n: number): string {
  return `${grouped(n)} ${n === 1 ? 'user' : 'users'}`;
}

/** What had been done by then. */
export function takenBack({ undone }: Stopped): string {
  const { restored, archived, madeActive, archivedAgain, usersLeft } = undone;
  const back = restored + archived + madeActive + archivedAgain;
  if (back + usersLeft === 0) return 'No user had been changed.';
  const left = usersLeft === 0 ? '' : ` ${users(usersLeft)} that others have changed since stayed as they were then.`;
  return `Changes of ${users(back)} that had been made by then were taken back.${left}`;
}

function whyDeclined({ held }: ImportRun): string {
  if (held === null) return 'was not imported: the administrator declined it.';
  const { archives, activeUsers, decided } = held;
  const would = `was not imported: it would have archived ${grouped(archives)} of ${grouped(activeUsers)} active users, which the administrator has to approve first.`;
  return `${would} ${decided?.verdict === 'timed-out' ? 'Nobody did so in time.' : 'It was declined.'}`;
}

function correctTheAttachment(attachmentName: string): string[] {
  return [
    `Open the attached ${attachmentName}. It holds the failed records only; the last four columns say what is wrong and on which line.`,
    'Correct the values, and keep the last four columns: by them we know the file again and take off the apostrophes that protect some values.',
    'Upload that file to your SFTP folder as it is.',
  ];
}

function correctAtHome(run: ImportRun): string[] {
  return [
    `Fetch ${failedRecordsPath(run)} from your SFTP folder and correct the values. Keep the last four columns: by them we know the file again and take off the apostrophes that protect some values.`,
    'Upload that file to your SFTP folder as it is.',
  ];
}

const MOST_PROBLEMS = 20;

function problems(run: ImportRun): Problem[] {
  return summariseReasons(run, run.layout)
    .slice(0, MOST_PROBLEMS)
    .map(({ code, count, title, column, lines, advice }) => ({
      often: `${grouped(count)} ${count === 1 ? 'record' : 'records'}`,
      code,
      title,
      where: placesText(column, lines, count),
      advice,
    }));
}

/** `in email, on lines 2, 3 and 7` */
function placesText(column: string | null, lines: readonly number[], count: number): string | null {
  const places = [
    ...(column === null ? [] : [`in ${oneLine(column, 50)}`]),
    ...(lines.length === 0 ? [] : [`on ${nameLines(lines, count)}`]),
  ];
  return places.length === 0 ? null : places.join(', ');
}

function refusedBecause(refusal: Refusal): Problem {
  const where = refusal.line === undefined ? '' : ` (line ${grouped(refusal.line)} of the file)`;
  const title = `${REFUSALS[refusal.code].title}${where}`;
  return { often: null, code: refusal.code, title, where: null, advice: oneLine(refusal.message, 2_000) };
}

function notes(run: ImportRun, attached: number | null): string[] {
  const { rejected, inactiveIgnored, superseded } = run.counts;
  const found: string[] = [];
  if (attached !== null && attached < rejected) {
    const whole = `The whole file is ${failedRecordsPath(run)} in your SFTP folder.`;
    found.push(`The attachment holds the first ${grouped(attached)} of ${grouped(rejected)} failed records. ${whole}`);
  }
  if (inactiveIgnored > 0) {
    const says = inactiveIgnored === 1 ? '1 record says' : `${grouped(inactiveIgnored)} records say`;
    const why =
      run.goAhead === 'without-archives'
        ? 'The administrator approved the file without archiving anybody.'
        : 'Your settings do not archive inactive users, so nobody was archived.';
    found.push(`${says} that the user is inactive (active = 0). ${why}`);
  }
  if (superseded > 0) {
    const about = superseded === 1 ? '1 record was' : `${grouped(superseded)} records were`;
    found.push(`${about} left alone, because a newer file of yours that was imported before this one speaks of the same users.`);
  }
  const ignored = run.layout?.ignoredHeaders ?? [];
  if (ignored.length > 0) found.push(`Columns that were skipped, because their header is not known: ${listed(ignored)}.`);
  if (run.sameAs !== null) found.push(`A file with the same content ${SAME_AS[run.sameAsBecame ?? 'imported'](run.sameAs)}`);
  return found;
}

function countRows(run: ImportRun): [string, string][] {
  const { records, created, updated, unchanged, archived, rejected, repeated, superseded, permitsReleased } = run.counts;
  const rows: [label: string, n: number][] = [
    ['Failed', rejected],
    ['Created', created],
    ['Updated', updated],
    ['Archived (counted as updated, too)', archived],
    ['Permits released', permitsReleased],
    ['Unchanged', unchanged],
    ['Repeated in the file', repeated],
    ['Left to a newer file', superseded],
  ];
  return [
    ['Records in the file', grouped(records)],
    ...rows.filter(([, n]) => n > 0).map(([label, n]): [string, string] => [label, grouped(n)]),
  ];
}

function facts(run: ImportRun): [string, string][] {
  return [
    ['File', oneLine(run.fileName)],
    ['Import', run.importId],
    ['Received', utc(run.receivedAt)],
    ...(run.finishedAt === null ? [] : [['Finished', utc(run.finishedAt)] as [string, string]]),
    ...(run.backup === null ? [] : [['Your file is now', oneLine(run.backup)] as [string, string]]),
  ];
}

function failedRecordsPath(run: ImportRun): string {
  return oneLine(failedRecordsName(run.backup ?? `.bak/${run.fileName}`));
}

function listed(headers: readonly string[]): string {
  const shown = headers.slice(0, 20).map((header) => `“${oneLine(header, 50)}”`);
  return headers.length > shown.length ? `${shown.join(', ')} and ${headers.length - shown.length} more` : shown.join(', ');
}

export function grouped(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, ',');
}

const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

export function utc(at: Date): string {
  return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}, ${at.toISOString().slice(11, 19)} UTC`;
}
