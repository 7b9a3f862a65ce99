// The inbox, the standing pass or a retry by support, whichever comes first, marks an import whose workflow was ended from outside. All of
// them use one rule (src/domain/ended-from-outside.ts).

import { endingOf, STOPPED_BEFORE_MAIL } from '../../domain/ended-from-outside';
import type { ImportRun } from '../../domain/import-run';
import type { CliDeps, Services } from '../deps';
import { requireImport } from './require-import';

/** The import as it is then, even if somebody else marked it. */
export async function markStopped(services: Services, run: ImportRun, { now }: Pick<CliDeps, 'now'>): Promise<ImportRun> {
  const { importId, state, turn } = run;
  const { to, change } = endingOf(run);
  if ((await services.imports.advance(importId, to, change, { state: [state], turn })) && to === 'finished' && run.report === 'pending')
    await services.outbox.setState(importId, 'report', 'failed', now(), STOPPED_BEFORE_MAIL);
  return requireImport(services, importId);
}
