// The import that a command names, or a refusal that says how to find the right id; and whether anybody is at work on it.

import { parseImportId } from '../../domain/ids';
import { type ImportRun, endingOf, STOPPED_BEFORE_MAIL } from '../../domain/import-run';
import { notFound, wrongUse } from '../../errors';
import type { Services, CliDeps } from '../deps';
import { escapeText } from '../text/escape-text';
import { IMPORT_STATES } from '../../domain/import-state';

export async function requireImport({ imports }: Pick<Services, 'imports'>, text: string): Promise<ImportRun> {
  const parts = parseImportId(text);
  if (parts === undefined) {
    const meant = parseImportId(text.toLowerCase())?.importId;
    if (meant !== undefined) throw wrongUse(`${escapeText(text)} is not an import id; did you mean ${meant}? See: imports show ${meant}`);
    throw wrongUse(`${escapeText(text)} is not an import id. One is the client id, a hyphen and a number, e.g. acme-42`);
  }
  const run = await imports.find(parts.importId);
  if (run !== undefined) return run;
  throw notFound(`There is no import ${parts.importId}\nSee those of the client with: imports list --client ${parts.clientId}`);
}

interface SeenAtWork {
  readonly imports: Pick<Services['imports'], 'find'>;
  readonly control: Pick<Services['control'], 'isRunning'>;
}

/** Whether one that looks busy has nobody at work on it: its workflow was ended from outside, and the standing pass has not noticed yet. */
export async function hasStopped({ imports, control }: SeenAtWork, run: ImportRun): Promise<boolean> {
  if (!IMPORT_STATES[run.state].hasWorkflow || (await control.isRunning(run.importId))) return false;
  // It may have ended well between the two looks.
  return (await imports.find(run.importId))?.state === run.state;
}

/** The first who sees it writes it down by one rule (`endingOf`). The import as it is then, even if somebody else marked it. */
export async function markStopped(services: Services, run: ImportRun, { now }: Pick<CliDeps, 'now'>): Promise<ImportRun> {
  const { importId, state, turn } = run;
  const { to, change } = endingOf(run);
  if ((await services.imports.advance(importId, to, change, { state: [state], turn })) && to === 'finished' && run.report === 'pending')
    await services.outbox.setState(importId, 'report', 'failed', now(), STOPPED_BEFORE_MAIL);
  return requireImport(services, importId);
}
