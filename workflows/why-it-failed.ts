// What to write down about a step that was given up: its last safe sentence, also of one that was tried for a day.

import { ApplicationFailure, TemporalFailure } from '@temporalio/workflow';

export function whyItFailed(error: unknown): string {
  for (let cause = error; cause instanceof TemporalFailure; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause.message;
  }
  return 'A step did not end in time.';
}
