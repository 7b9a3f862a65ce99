// The page that the Temporal UI shows for an undo: phase, numbers, what to do next. Pure.

import { UNDO_COUNT_WORDS } from '../src/domain/report/describe-undo';
import { grouped } from '../src/domain/report/wording';
import type { UndoCounts } from '../src/domain/undo/undo';
import { bar, escapeMarkdown } from './describe-progress';
import type { UndoPhase } from './undo-import-steps';

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
  if (counts !== undefined) lines.push(...table(counts), '');
  if (phase === 'failed') lines.push(`Fix the cause, then \`imports undo ${importId} --reason "…"\`: it continues where it stopped.`);
  if (phase === 'undone') lines.push(`\`imports undo ${importId}\` lists what was left alone.`);
  return lines.join('\n').trim();
}

function table(counts: UndoCounts): string[] {
  const shown = (Object.entries(counts) as [keyof UndoCounts, number][]).filter(([, n]) => n > 0);
  return ['| what | number |', '| --- | ---: |', ...shown.map(([key, n]) => `| ${UNDO_COUNT_WORDS[key]} | ${grouped(n)} |`)];
}
