// Refuses `imports person erase` while something is open or waits: what it removes would be written again.

import path from 'node:path';
import type { Client } from '../../domain/client';
import type { ImportRun } from '../../domain/import-run';
import { hasEnded } from '../../domain/import-state';
import { notNow } from '../../errors';
import { escapeText } from '../text/escape-text';
import type { PersonFile } from './find-person';

const MOST_NAMED = 10;

/** An open import may need what is to be removed, and would write it again. */
export function refuseOpen(runs: readonly ImportRun[]): void {
  const open = runs.filter((run) => !hasEnded(run)).map(({ importId }) => importId);
  if (open.length === 0) return;
  throw notNow(
    `These imports have not ended, and may hold the person's data: ${firstOf(open)}.\nLet each end, or end it (approve or decline, retry, undo), then erase again; see them with: imports show ${open[0]}`,
  );
}

/** A file that waits, or is still to get its name, would bring them back. One that stays in its place is the client's to change. */
export function refuseWaiting({ clientId, enabled, paused }: Client, uploads: readonly PersonFile[]): void {
  const waiting = uploads.filter(({ kind }) => kind === 'waiting');
  const unfinished = uploads.filter(({ kind }) => kind === 'unfinished');
  const [first] = [...waiting, ...unfinished];
  if (first === undefined) return;
  const folder = path.dirname(first.path);
  const look = enabled
    ? paused === undefined
      ? `imports scan ${clientId}`
      : `imports client resume ${clientId} --reason "…"`
    : `imports client enable ${clientId}`;
  const sentences = [
    ...(waiting.length === 0
      ? []
      : [
          `These files wait to be imported, and would bring the person back: ${named(waiting)}.\nRemove each from ${folder}, or let it be imported (${look}), then erase again.`,
        ]),
    ...(unfinished.length === 0
      ? []
      : [
          `These files contain the person, and are not imported under their temporary names: ${named(unfinished)}.\nRemove each from ${folder}, then erase again.`,
        ]),
  ];
  throw notNow(sentences.join('\n'));
}

function named(files: readonly PersonFile[]): string {
  return firstOf(files.map(({ name, rows }) => `${escapeText(name)} (${rows} ${rows === 1 ? 'row' : 'rows'})`));
}

function firstOf(names: readonly string[]): string {
  return `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ' …' : ''}`;
}
