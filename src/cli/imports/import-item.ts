// An import as commands show it: the words and the tone of its state, and its JSON in `show` and `list`. That is a contract with scripts, so
// every key is listed here and none is added in passing.

import { shareOf } from '../../domain/decide/hold-rule';
import type { Held, ImportRun, Retry } from '../../domain/import-run';
import { statesThat, type ImportState } from '../../domain/import-state';
import type { ImportsControl } from '../../ports';
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
  const { importId, clientId, fileName, bytes, sha256, outcome, receivedAt, startedAt, finishedAt, attempts, counts } = run;
  return {
    importId,
    clientId,
    fileName,
    bytes,
    sha256,
    state: shownState(run),
    outcome,
    workflowId: `import/${importId}`,
    uiUrl: control.uiUrl(importId),
    receivedAt,
    startedAt,
    finishedAt,
    attempts,
    counts: {
      records: counts.records,
      created: counts.created,
      updated: counts.updated,
      unchanged: counts.unchanged,
      archived: counts.archived,
      rejected: counts.rejected,
      repeated: counts.repeated,
      superseded: counts.superseded,
      inactiveIgnored: counts.inactiveIgnored,
      permitsReleased: counts.permitsReleased,
    },
    sameAs: run.sameAs,
    refusal: run.refusal,
    report: run.report,
    backup: run.backup,
    // Only of imports that were: all others keep to the keys that scripts have always met.
    ...(run.held === null ? {} : { held: heldItem(run.held) }),
    ...(run.retries === undefined || run.retries.length === 0 ? {} : { retries: run.retries.map(retryItem) }),
  };
}

function retryItem({ at, by, reason }: Retry) {
  return { at, by, reason };
}

/** `decided` is null while it waits. */
function heldItem({ archives, permits, activeUsers, emailChanges, userNameChanges, since, until, decided }: Held) {
  return { archives, permits, activeUsers, share: shareOf(archives, activeUsers), emailChanges, userNameChanges, since, until, decided };
}
