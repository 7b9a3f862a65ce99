// An import that was stopped while it sent its e-mail has ended well but for that: its file is in `.bak`, and nothing is left to retry.
// `imports resend-report` sends the e-mail.

import type { ImportRun } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';

const WHY = 'It was stopped before the mail server had taken the e-mail.';

/** False when somebody else has ended it. */
export async function endWithoutReport(
  ports: Pick<ActivityPorts, 'imports' | 'outbox' | 'clock' | 'metrics' | 'log'>,
  { importId, clientId, turn, outcome, counts, report }: ImportRun,
): Promise<boolean> {
  const isUnsent = report === 'pending';
  if (!(await ports.imports.advance(importId, 'finished', isUnsent ? { report: 'failed' } : {}, { turn }))) return false;
  if (isUnsent) await ports.outbox.setState(importId, 'report', 'failed', ports.clock.now(), WHY);
  if (outcome !== null) ports.metrics.importEnded({ clientId, outcome, counts });
  ports.log.warn('import finished without its e-mail', { clientId, importId });
  return true;
}
