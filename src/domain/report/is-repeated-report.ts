// Whether an e-mail would repeat what the client was told within the last hour.

import type { ImportRun } from '../import-run';

const HOUR_MS = 3_600_000;

/** True if the client's previous import had the same bytes, ended within the last hour and failed in the same way. */
export function isRepeatedReport(run: ImportRun, previous: ImportRun | undefined): boolean {
  return (
    previous !== undefined &&
    previous.sha256 !== null &&
    previous.sha256 === run.sha256 &&
    previous.finishedAt !== null &&
    run.finishedAt !== null &&
    run.finishedAt.getTime() - previous.finishedAt.getTime() <= HOUR_MS &&
    previous.outcome === run.outcome &&
    previous.rejectedDigest === run.rejectedDigest &&
    previous.refusal?.code === run.refusal?.code &&
    previous.refusal?.message === run.refusal?.message &&
    (previous.report === 'sent' || previous.report === 'pending' || previous.report === 'not-repeated')
  );
}
