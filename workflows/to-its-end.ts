// Runs the steps of a workflow to their end: continues as new when the history has become long, and when they fail or are cancelled has
// that written down before the workflow ends so, too.

import { ActivityFailure, ApplicationFailure, CancellationScope, isCancellation, TemporalFailure } from '@temporalio/workflow';

interface Frame<Result> {
  readonly steps: () => Promise<Result | { readonly continueFrom: number }>;
  readonly continueAsNew: (fromChunk: number) => Promise<never>;
  /** What nothing may keep from being written down. */
  readonly lastWord: (stop: { readonly error: unknown; readonly isCancelled: boolean }) => Promise<void>;
}

export async function toItsEnd<Result extends object>({ steps, continueAsNew, lastWord }: Frame<Result>): Promise<Result> {
  try {
    const result = await steps();
    return 'continueFrom' in result ? await continueAsNew(result.continueFrom) : result;
  } catch (error) {
    if (error instanceof ActivityFailure || isCancellation(error)) {
      // Asked here: the scope below is never cancelled.
      const isCancelled = wasCancelled(error);
      await CancellationScope.nonCancellable(() => lastWord({ error, isCancelled }));
    }
    throw error;
  }
}

/** What to write down about a step that was given up: its last safe sentence, also of one that was tried for a day. */
export function whyItFailed(error: unknown): string {
  for (let cause = error; cause instanceof TemporalFailure; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) return cause.message;
  }
  return 'A step did not end in time.';
}

/** A step whose worker went silent before it heard of the cancellation ends as timed out; the run was cancelled all the same. */
function wasCancelled(error: unknown): boolean {
  return isCancellation(error) || CancellationScope.current().consideredCancelled;
}
