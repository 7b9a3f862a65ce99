// `imports person erase`: removes what is kept about one person outside the users themselves. Each step may be repeated, so that a command
// that was broken off is simply typed again.

import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { userIdOf, type ClientId, type UserId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { hasEnded } from '../../domain/import-state';
import { ImportsError } from '../../errors';
import { requireClient } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { record } from '../record';
import { REASON_OPTION, requireReason } from '../text/require-reason';
import { personFiles, type PersonFile } from './find-person';
import { ALL_IMPORTS, filesText } from './person-export';

interface EraseOptions {
  readonly withOriginals?: true;
  readonly reason?: string;
}

export function addPersonEraseCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'erase <client> <id>',
    summary: 'remove what is kept about a person outside the users',
    details:
      'An undo can then no longer give their former values back. Originals in .bak that speak of them are named; --with-originals removes these files, with everybody in them. May be repeated. docs/privacy.md says how to answer a request.',
    examples: [
      'imports person erase acme 1042 --reason "request of 3 November"',
      'imports person erase acme 1042 --with-originals \\\n--reason "request of 3 November"',
    ],
  })
    .option('--with-originals', 'also remove the files in .bak that speak of them')
    .option(...REASON_OPTION)
    .action(async (id: string, uniqueId: string, { withOriginals, ...options }: EraseOptions) => {
      const reason = requireReason(options.reason, 'request of 3 November');
      const services = await deps.open();
      const client = await requireClient(services, id);
      const { clientId } = client;
      const runs = await services.imports.list({ clientId, limit: ALL_IMPORTS });
      refuseOpen(runs);
      const subject = pseudonymOf(userIdOf(clientId, uniqueId));
      await record(deps, services, {
        action: 'person erase',
        clientId,
        subject,
        reason,
        is: { withOriginals: withOriginals === true },
      });
      await removeSideFiles(services, clientId);
      await services.persons.erase(clientId, uniqueId);
      const originals: PersonFile[] = [];
      const cleaned: PersonFile[] = [];
      for await (const file of personFiles(services, client, runs, uniqueId)) {
        if (file.kind === 'original') originals.push(file);
        else if ((await services.csv.dropPersonRows(file, uniqueId)) > 0) cleaned.push(file);
      }
      if (withOriginals) for (const { name } of originals) await services.files.removeBackup(clientId, name);
      const said =
        originals.length === 0
          ? 'No original in .bak speaks of them.'
          : `${withOriginals ? 'Removed' : 'Still there, and speaking of them'}:\n${filesText(originals)}`;
      await print.show(
        { clientId, subject, cleaned: cleaned.map(shown), originals: originals.map(shown), originalsRemoved: withOriginals === true },
        () =>
          [
            'What was kept about this person outside the users is removed.',
            ...(cleaned.length === 0 ? [] : [`Rows taken out of:\n${filesText(cleaned)}`]),
            said,
          ].join('\n\n'),
      );
    });
}

/** The audit is kept for ever: it shows that a person was erased, and to somebody who knows the id, which. */
export function pseudonymOf(userId: UserId): string {
  return `sha256:${createHash('sha256').update(userId).digest('hex')}`;
}

/** An open import may need what is to be removed, and would write it again. */
function refuseOpen(runs: readonly ImportRun[]): void {
  const open = runs.filter((run) => !hasEnded(run)).map(({ importId }) => importId);
  if (open.length === 0) return;
  throw new ImportsError(
    'NOT_NOW',
    `These imports have not ended, and may hold the person's data: ${open.slice(0, 10).join(', ')}${open.length > 10 ? ' …' : ''}.\nLet each end, or end it (approve or decline, retry, undo), then erase again; see them with: imports show ${open[0]}`,
  );
}

/** What is left in `work/` of imports that have ended. */
async function removeSideFiles({ files }: Pick<Services, 'files'>, clientId: ClientId): Promise<void> {
  for (const { importId, holdsFile } of await files.workFolders()) {
    if (importId.slice(0, importId.lastIndexOf('-')) === clientId && !holdsFile) await files.cleanUp(importId, false);
  }
}

function shown({ kind, name, rows, importId }: PersonFile) {
  return { importId, kind, name, rows };
}
