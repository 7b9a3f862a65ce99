// What the e-mail about an import says, before it becomes text or HTML: what failed, what to do, then the details. Written for somebody
// in a client's office who has ten seconds. Holds no values of records, other than ids of other users (`Told`); those are attached.

import type { ImportId } from '../ids';
import type { Became, ImportRun, Stopped } from '../import-run';
import { failedRecordsPath } from '../file/folder-files';
import { counted, grouped, oneLine, utc } from './wording';
import { failedProblems, refusedBecause, type Problem, type Told, correctAndUpload, uploadAfterRefusal } from './report-sections';

export interface ReportPage {
  readonly verdict: 'failed-records' | 'refused' | 'declined' | 'no-failures' | 'held';
  readonly headline: string;
  readonly lead: string;
  readonly problems: readonly Problem[];
  readonly steps: readonly string[];
  readonly notes: readonly string[];
  readonly counts: readonly (readonly [label: string, value: string])[];
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Why this e-mail was sent, and who gets a reply. */
  readonly footer: string;
}

/** Tells administrators what happened to the imports of a client. */
export interface AdminPage extends ReportPage {
  /** Must not hold a name that a client chose. */
  readonly subject: string;
}

const FOOTER = 'This e-mail was sent automatically because you uploaded a file. Reply to reach the administrator.';

const SAME_AS: Readonly<Record<Became, (importId: ImportId) => string>> = {
  imported: (importId) => `was imported before, as ${importId}.`,
  refused: (importId) => `was refused before, as ${importId}, and changed no user.`,
  declined: (importId) => `was declined before, as ${importId}, and changed no user.`,
  undone: (importId) => `was imported before, as ${importId}; that import was undone.`,
};

/** `attached` = how many records the attachment holds; null = nothing is attached. `attachmentName` is shown as it is. */
export function describeReport(run: ImportRun, attached: number | null, attachmentName: string, told: readonly Told[] = []): ReportPage {
  const common = { problems: [], steps: [], counts: [], notes: notes(run, attached), facts: facts(run), footer: FOOTER };
  const file = oneLine(run.fileName);
  if (run.stopped !== undefined) {
    return {
      ...common,
      verdict: 'declined',
      headline: 'Your file was not imported',
      lead: `${file} ${whyStopped(run.stopped)} ${takenBack(run.stopped)}`,
      steps: [
        run.stopped.because === 'failed'
          ? 'Upload the file again.'
          : 'If the file was right, reply to this e-mail and tell the administrator.',
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
      steps: [
        'If these users should be archived, reply to this e-mail to tell the administrator, then upload the file again.',
        'If not, correct the file and upload it again. Users are archived when their record says active = 0.',
      ],
    };
  }
  const { records, rejected } = run.counts;
  if (run.refusal !== null) {
    return {
      ...common,
      verdict: 'refused',
      headline: 'Your file could not be imported',
      lead: `We refused ${file} as a whole, so no user was changed.`,
      problems: [refusedBecause(run.refusal)],
      steps: [uploadAfterRefusal(run.refusal.code)],
    };
  }
  if (rejected === 0) {
    return {
      ...common,
      verdict: 'no-failures',
      headline: 'Your file was imported',
      lead: `No record of ${file} failed.`,
      counts: countRows(run),
    };
  }
  return {
    ...common,
    verdict: 'failed-records',
    headline: `${grouped(rejected)} of ${counted(records, 'record')} failed`,
    lead: `${rejected === records ? `No record of ${file} could be imported.` : `The rest of ${file} was imported.`}${attached === null ? '' : rejected === 1 ? ' The failed record is attached.' : ' The failed records are attached.'}`,
    problems: failedProblems(run, told),
    steps: correctAndUpload(run, attached === null ? null : attachmentName),
    counts: countRows(run),
  };
}

export function whyStopped({ because }: Stopped): string {
  return because === 'failed'
    ? 'could not be imported completely, because of a fault on our side.'
    : 'was stopped by the administrator before it was imported completely.';
}

/** What had been done, and is now taken back. */
export function takenBack({ undone }: Stopped): string {
  const { restored, archived, madeActive, archivedAgain, usersLeft } = undone;
  const back = restored + archived + madeActive + archivedAgain;
  if (back + usersLeft === 0) return 'No user was changed.';
  const left =
    usersLeft === 0
      ? ''
      : ` ${counted(usersLeft, 'user')} changed by somebody else since then ${usersLeft === 1 ? 'was' : 'were'} left alone.`;
  return `The changes already made to ${counted(back, 'user')} were taken back.${left}`;
}

function whyDeclined({ held }: ImportRun): string {
  if (held === null) return 'was not imported, because the administrator declined it.';
  const { archives, activeUsers, decided } = held;
  const would = `was not imported. It would have archived ${grouped(archives)} of ${grouped(activeUsers)} active users, which the administrator has to approve first.`;
  return `${would} ${decided?.verdict === 'timed-out' ? 'Nobody approved it in time.' : 'The administrator declined it.'}`;
}

function notes(run: ImportRun, attached: number | null): string[] {
  const { rejected, inactiveIgnored, superseded } = run.counts;
  const found: string[] = [];
  if (attached !== null && attached < rejected) {
    const whole = `All of them are in ${failedRecordsPath(run)} in your SFTP folder.`;
    found.push(`The attachment holds the first ${grouped(attached)} of ${grouped(rejected)} failed records. ${whole}`);
  }
  if (inactiveIgnored > 0) {
    const says = inactiveIgnored === 1 ? '1 record says' : `${grouped(inactiveIgnored)} records say`;
    const why =
      run.goAhead === 'without-archives'
        ? 'The administrator approved the file without archiving anyone.'
        : 'Your settings do not archive inactive users, so no one was archived.';
    found.push(`${says} that the user is inactive (active = 0). ${why}`);
  }
  if (superseded > 0) {
    const about = superseded === 1 ? '1 record was' : `${grouped(superseded)} records were`;
    found.push(
      `${about} skipped, because a newer file of yours has already been imported and contains the same ${superseded === 1 ? 'user' : 'users'}.`,
    );
  }
  const ignored = run.layout?.ignoredHeaders ?? [];
  if (ignored.length > 0)
    found.push(`We skipped ${ignored.length === 1 ? 'this unknown column' : 'these unknown columns'}: ${listed(ignored)}.`);
  if (run.sameAs !== null) found.push(`A file with the same content ${SAME_AS[run.sameAsBecame ?? 'imported'](run.sameAs)}`);
  return found;
}

function countRows(run: ImportRun): [string, string][] {
  const { records, created, updated, unchanged, archived, rejected, repeated, superseded, permitsReleased } = run.counts;
  const rows: [label: string, n: number][] = [
    ['Failed', rejected],
    ['Created', created],
    ['Updated', updated],
    ['Archived (also counted as updated)', archived],
    ['Permits released', permitsReleased],
    ['Unchanged', unchanged],
    ['Repeated in the file', repeated],
    ['Skipped because of a newer file', superseded],
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

function listed(headers: readonly string[]): string {
  const shown = headers.slice(0, 20).map((header) => `“${oneLine(header, 50)}”`);
  return headers.length > shown.length ? `${shown.join(', ')} and ${headers.length - shown.length} more` : shown.join(', ');
}
