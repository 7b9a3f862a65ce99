// The pages that the Temporal UI shows for an import and for an undo: phase, numbers, what to do next. Pure.

import { shareOf } from '../src/domain/decide/hold-rule';
import type { Counts, HoldNumbers } from '../src/domain/import-run';
import { grouped } from '../src/domain/report/wording';
import { IMPORT_STATES, type ImportState } from '../src/domain/import-state';
import { UNDO_COUNT_WORDS } from '../src/domain/report/describe-undo';
import type { UndoCounts } from '../src/domain/undo/undo';
import type { UndoPhase } from './undo-import-steps';

export interface Progress {
  readonly importId: string;
  readonly fileName: string;
  readonly state: ImportState;
  readonly records?: number;
  readonly chunks?: number;
  readonly chunksDone?: number;
  readonly counts?: Counts;
  readonly refusedBecause?: string;
  /** `until` in milliseconds since 1970. */
  readonly held?: HoldNumbers & { readonly until: number };
}

const NEXT: Partial<Readonly<Record<ImportState, (importId: string) => string>>> = {
  finished: (id) => `For details: \`imports show ${id}\` and \`imports rejected ${id}\`.`,
  reporting: (id) =>
    `If the mail server does not accept the e-mail, it is retried for a day: \`imports show ${id}\` says why, and when next.`,
  failed: (id) => `Fix the cause, then \`imports retry ${id} --reason "…"\`: it continues where it stopped.`,
  cancelled: (id) => `What was written stays. \`imports retry ${id} --reason "…"\` continues where it stopped.`,
};

export function describeProgress(progress: Progress): string {
  const records = progress.records === undefined ? '' : `, ${grouped(progress.records)} records`;
  const lines = [
    `### ${progress.importId} · ${IMPORT_STATES[progress.state].phase}`,
    '',
    `File **${escapeMarkdown(progress.fileName)}**${records}`,
    '',
  ];
  if (progress.chunks !== undefined && progress.chunks > 0) lines.push(bar(progress.chunksDone ?? 0, progress.chunks), '');
  if (progress.refusedBecause !== undefined) lines.push(`Refused: \`${progress.refusedBecause}\`. No user was changed.`, '');
  if (progress.state === 'held' && progress.held !== undefined) lines.push(...holdPage(progress.importId, progress.held), '');
  if (progress.counts !== undefined) lines.push(...table(countRows(progress.counts)), '');
  const next = NEXT[progress.state];
  if (next !== undefined) lines.push(next(progress.importId));
  return lines.join('\n').trim();
}

/** Client-chosen text must read as text: no markup, no links, no second line. */
export function escapeMarkdown(text: string): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
  const short = flat.length > 120 ? `${flat.slice(0, 117)}…` : flat;
  return short.replace(/[\\`*_{}[\]()<>#+!|~&:@-]/g, (mark) => `\\${mark}`);
}

/** Commands first: the frame in the UI is low. */
function holdPage(importId: string, { until, ...numbers }: NonNullable<Progress['held']>): string[] {
  const { archives, activeUsers, permits, emailChanges, userNameChanges } = numbers;
  const would = [
    `archive **${grouped(archives)}** of ${grouped(activeUsers)} active users (${shareOf(archives, activeUsers)} %)`,
    ...(permits > 0 ? [`release ${counted(permits, 'permit')}`] : []),
    ...(emailChanges > 0 ? [`change ${counted(emailChanges, 'e-mail address', 'e-mail addresses')}`] : []),
    ...(userNameChanges > 0 ? [`change ${counted(userNameChanges, 'user name')}`] : []),
  ];
  return [
    `Decide before ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC, or it is declined:`,
    '',
    `- \`imports show ${importId}\``,
    `- \`imports approve ${importId} --reason "…"\` (or \`--without-archives\`)`,
    `- \`imports decline ${importId} --reason "…"\``,
    '',
    `Nothing has been written yet. The file would ${would.join(', ')}.`,
  ];
}

function counted(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

export function bar(done: number, total: number): string {
  const filled = Math.round((done / total) * 20);
  return `\`${'█'.repeat(filled)}${'░'.repeat(20 - filled)}\` chunk ${done} of ${total}`;
}

function table(rows: readonly (readonly [what: string, n: number])[]): string[] {
  return ['| what | number |', '| --- | ---: |', ...rows.map(([what, n]) => `| ${what} | ${grouped(n)} |`)];
}

function countRows(counts: Counts): [string, number][] {
  const shown = Object.entries(counts).filter(([key, n]) => n > 0 || key === 'records');
  return shown.map(([key, n]) => [words(key), n]);
}

function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

export interface UndoProgress {
  readonly importId: string;
  readonly fileName: string;
  readonly phase: UndoPhase;
  readonly chunks: number;
  readonly chunksDone: number;
  readonly counts?: UndoCounts;
}

const PHASES: Readonly<Record<UndoPhase, string>> = {
  planning: 'finding out what the import changed',
  users: 'restoring the former values of users',
  permits: 'returning permits',
  reporting: 'undone; telling the administrator',
  undone: 'undone',
  failed: 'stopped: a fault on our side',
};

export function describeUndoProgress({ importId, fileName, phase, chunks, chunksDone, counts }: UndoProgress): string {
  const lines = [
    `### Undo of ${importId} · ${PHASES[phase]}`,
    '',
    `File **${escapeMarkdown(fileName)}**, imported by workflow \`import/${importId}\``,
    '',
  ];
  if (chunks > 0) lines.push(bar(chunksDone, chunks), '');
  if (counts !== undefined) lines.push(...table(undoRows(counts)), '');
  if (phase === 'failed') lines.push(`Fix the cause, then \`imports undo ${importId} --reason "…"\`: it continues where it stopped.`);
  if (phase === 'undone') lines.push(`\`imports undo ${importId}\` lists what was left alone.`);
  return lines.join('\n').trim();
}

function undoRows(counts: UndoCounts): [string, number][] {
  const shown = (Object.entries(counts) as [keyof UndoCounts, number][]).filter(([, n]) => n > 0);
  return shown.map(([key, n]) => [UNDO_COUNT_WORDS[key], n]);
}
