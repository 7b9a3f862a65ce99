// How good the news about an import is.

import type { ImportRun } from '../../domain/import-run';
import type { Tone } from '../text/tone';

export function toneOf({ state, outcome }: Pick<ImportRun, 'state' | 'outcome'>): Tone | undefined {
  if (state === 'failed' || state === 'cancelled') return 'bad';
  if (state === 'held') return 'warn';
  if (state !== 'finished' || outcome === null) return undefined;
  return outcome === 'imported' ? 'good' : 'warn';
}
