// An import as commands show it: the words and the tone of its state, and its JSON in `show` and `list`. That is a contract with scripts, so
// every key is listed here and none is added in passing.

import { shareOf } from '../../domain/decide/hold-rule';
import type { Held, ImportRun } from '../../domain/import-run';
import { statesThat, type ImportState } from '../../domain/import-state';
import type { ImportsControl } from '../../ports';
import { pick } from '../pick';
import type { Tone } from '../text/lay-out';

export type ShownState = Exclude<ImportState, 'claiming'>;

/** All that can be asked for. `claiming` is a short internal step: to everybody else the file is queued. */
export const SHOWN_STATES = statesThat(() => true).filter((state): state is ShownState => state !== 'claiming');

export function shownState(run: ImportRun): ShownState {
  return run.state === 'claiming' ? 'queued' : run.state;
}

/** How good the news about it is. */
export function toneOf({ state, outcome }: Pick<ImportRun, 'state' | 'outcome'>): Tone | undefined {
  if (state === 'failed' || state === 'cancelled') return 'bad';
  if (state === 'held') return 'warn';
  if (state !== 'finished' || outcome === null) return undefined;
  return outcome === 'imported' ? 'good' : 'warn';
}

export function importItem(run: ImportRun, control: Pick<ImportsControl, 'uiUrl'>) {
  const { importId, counts, held, retries = [] } = run;
  return {
    ...pick(run, 'importId', 'clientId', 'fileName', 'bytes', 'sha256'),
    state: shownState(run),
    outcome: run.outcome,
    workflowId: `import/${importId}`,
    uiUrl: control.uiUrl(importId),
    ...pick(run, 'receivedAt', 'startedAt', 'finishedAt', 'attempts'),
    counts: {
      ...pick(counts, 'records', 'created', 'updated', 'unchanged', 'archived', 'rejected'),
      ...pick(counts, 'repeated', 'superseded', 'inactiveIgnored', 'permitsReleased'),
    },
    ...pick(run, 'sameAs', 'refusal', 'report', 'backup'),
    // Only of imports that were: all others keep to the keys that scripts have always met.
    ...(held === null ? {} : { held: heldItem(held) }),
    ...(retries.length === 0 ? {} : { retries: retries.map((retry) => pick(retry, 'at', 'by', 'reason')) }),
  };
}

/** `decided` is null while it waits. */
function heldItem({ archives, permits, activeUsers, emailChanges, userNameChanges, since, until, decided }: Held) {
  return { archives, permits, activeUsers, share: shareOf(archives, activeUsers), emailChanges, userNameChanges, since, until, decided };
}
