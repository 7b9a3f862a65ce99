// What to write down about a step that was given up: its last safe sentence, also of one that was tried for a day.

import { ApplicationFailure, CancellationScope, isCancellation, TemporalFailure } from '@temporalio/workflow';

export function whyItFailed(error: unknown): string {
  for (let cause = error; cause instanceof TemporalFailure; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause.message;
  }
  return 'A step did not end in time.';
}

/** A step whose worker went silent before it heard of the cancellation ends as timed out; the run was cancelled all the same. */
export function wasCancelled(error: unknown): boolean {
  return isCancellation(error) || CancellationScope.current().consideredCancelled;
}
