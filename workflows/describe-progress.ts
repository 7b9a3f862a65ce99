// The pages that the Temporal UI shows for an import and for an undo: phase, numbers, what to do next. Pure.

import { wouldDo } from '../src/domain/decide/hold-rule';
import type { Counts, HoldNumbers } from '../src/domain/import-run';
import { grouped } from '../src/domain/report/wording';
import { IMPORT_STATES, type ImportState } from '../src/domain/import-state';
import { refusalWords, type RefusalCode } from '../src/domain/reason/refusals';
import { undoRows } from '../src/domain/report/describe-undo';
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
  readonly refusedBecause?: RefusalCode;
  /** `until` in milliseconds since 1970. */
  readonly held?: HoldNumbers & { readonly until: number };
}

const NEXT: Partial<Readonly<Record<ImportState, (importId: string) => string>>> = {
  reporting: (id) =>
    `If the mail server does not accept the e-mail, it is retried for a day: \`imports show ${id}\` says why, and when next.`,
  failed: (id) => `Fix the cause, then \`imports retry ${id} --reason "…"\`: it continues where it stopped.`,
  cancelled: (id) => `What was written stays. \`imports retry ${id} --reason "…"\` continues where it stopped.`,
};

export function describeProgress(progress: Progress): string {
  const { importId, state, held, refusedBecause } = progress;
  const records = progress.records === undefined ? '' : `, ${grouped(progress.records)} records`;
  const file = `File **${escapeMarkdown(progress.fileName)}**`;
  const lines = [`### ${importId} · ${IMPORT_STATES[state].phase}`, ''];
  if (state === 'held' && held !== undefined) return [...lines, ...holdPage(importId, file, held)].join('\n');
  lines.push(`${file}${records}`, '');
  if (progress.chunks !== undefined && progress.chunks > 0) lines.push(bar(progress.chunksDone ?? 0, progress.chunks), '');
  if (refusedBecause !== undefined)
    lines.push(`Refused: \`${refusedBecause}\`. ${refusalWords(refusedBecause).meaning} No user was changed.`, '');
  if (progress.counts !== undefined && refusedBecause === undefined) lines.push(...table(countRows(progress.counts)), '');
  const next = state === 'finished' ? detailsOf(progress) : NEXT[state]?.(importId);
  if (next !== undefined) lines.push(next);
  return lines.join('\n').trim();
}

function detailsOf({ importId, refusedBecause }: Progress): string {
  return refusedBecause === undefined
    ? `For details: \`imports show ${importId}\` and \`imports rejected ${importId}\`.`
    : `For the exact reason and its line: \`imports show ${importId}\`.`;
}

/** The UI makes the frame of a page too low for its last lines: something else comes last. */
export function framed(page: string): string {
  return `${page}\n\n---`;
}

/** Client-chosen text must read as text: no markup, no links, no second line. */
export function escapeMarkdown(text: string): string {
  const flat = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�');
  const short = flat.length > 120 ? `${flat.slice(0, 117)}…` : flat;
  return short.replace(/[\\`*_{}[\]()<>#+!|~&:@-]/g, (mark) => `\\${mark}`);
}

/** In few lines: the frame in the UI is narrow. */
function holdPage(importId: string, file: string, { until, ...numbers }: NonNullable<Progress['held']>): string[] {
  return [
    `${file} would ${wouldDo(numbers).replace(/^archive (\S+)/, 'archive **$1**')}. Nothing has been written yet.`,
    '',
    `Who they are: \`imports show ${importId} --plan\`. Decide before ${new Date(until).toISOString().slice(0, 16).replace('T', ' ')} UTC, or it is declined:`,
    '',
    `- \`imports approve ${importId} --reason "…"\` (or \`--without-archives\`)`,
    `- \`imports decline ${importId} --reason "…"\``,
  ];
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
  if (counts !== undefined) lines.push(...table(undoRows(counts).map(({ words: what, n }) => [what, n])), '');
  if (phase === 'failed') lines.push(`Fix the cause, then \`imports undo ${importId} --reason "…"\`: it continues where it stopped.`);
  if (phase === 'undone') lines.push(`\`imports undo ${importId}\` lists what was left alone.`);
  return lines.join('\n').trim();
}
