// `imports person erase`: removes what is kept about one person outside the users collection. Each step may be repeated, so that a command
// that was broken off is simply typed again.

import path from 'node:path';
import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { clientIdOf, userIdOf, type ClientId, type UserId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { requireClient, requireFolder } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';
import { record, REASON_OPTION, requireReason } from '../record';
import { personFiles, personUploads, type PersonFile, ALL_IMPORTS, filesText } from './person-export';
import type { Client } from '../../domain/client';
import { hasEnded } from '../../domain/import-state';
import { notNow } from '../../errors';
import { counted } from '../../domain/report/wording';
import { escapeText } from '../text/escape-text';

interface EraseOptions {
  readonly withOriginals?: true;
  readonly reason?: string;
}

export function addPersonEraseCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'erase <client> <id>',
    summary: 'remove what is kept about a person outside the users collection',
    details:
      'An undo can then no longer restore their former values. Refused while an import of the client is open, or a file that contains the person waits or has a temporary name. Originals in .bak that contain them are named; --with-originals removes those files, with everybody in them. It can be repeated. docs/privacy.md says how to answer a request.',
    examples: [
      'imports person erase acme 1042 --reason "request of 3 November"',
      'imports person erase acme 1042 --with-originals \\\n--reason "request of 3 November"',
    ],
  })
    .option('--with-originals', 'also remove the files in .bak that contain them')
    .option(...REASON_OPTION)
    .action(async (id: string, uniqueId: string, { withOriginals, ...options }: EraseOptions) => {
      const reason = requireReason(options.reason, 'request of 3 November');
      const services = await deps.open();
      const client = await requireClient(services, id);
      const { clientId } = client;
      await requireFolder(services, clientId);
      const uploads = await personUploads(services, client, uniqueId);
      const runs = await services.imports.list({ clientIds: [clientId], limit: ALL_IMPORTS });
      refuseOpen(runs);
      refuseWaiting(client, uploads);
      const subject = pseudonymOf(userIdOf(clientId, uniqueId));
      const is = { withOriginals: withOriginals === true };
      await record(deps, services, { action: 'person erase', clientId, subject, reason, is });
      const { replacedValues, rejectedRecords, deferredRecords, leftByUndo } = await services.persons.find(clientId, uniqueId);
      const documents = [replacedValues, rejectedRecords, deferredRecords, leftByUndo].reduce((sum, { length }) => sum + length, 0);
      const sideRows = await removeSideFiles(services, clientId, runs, uniqueId);
      await services.persons.erase(clientId, uniqueId);
      const stays = uploads.filter(({ kind }) => kind === 'upload');
      const originals: PersonFile[] = [];
      const cleaned: PersonFile[] = [];
      for await (const file of personFiles(services, client, runs, uniqueId)) {
        if (file.kind === 'original') originals.push(file);
        else if ((await services.csv.dropPersonRows(file, uniqueId)) > 0) cleaned.push(file);
      }
      if (withOriginals) for (const { name } of originals) await services.files.removeBackup(clientId, name);
      const hadAny = documents + sideRows + cleaned.length > 0;
      await print.show(
        {
          clientId,
          subject,
          removed: documents,
          cleaned: cleaned.map(shown),
          uploads: stays.map(shown),
          originals: originals.map(shown),
          originalsRemoved: withOriginals === true,
        },
        () =>
          [
            hadAny
              ? 'What was kept about this person outside the users collection is removed.'
              : 'Nothing was kept about this person outside the users collection.',
            ...(hadAny || originals.length > 0
              ? []
              : ['Unique ids are compared as they are: upper and lower case, and leading zeros, count.']),
            ...(cleaned.length === 0 ? [] : [`Rows taken out of:\n${filesText(cleaned)}`]),
            ...(stays.length === 0 ? [] : [`Still there, and the client's to change:\n${filesText(stays)}`]),
            originals.length === 0
              ? 'No original in .bak contains them.'
              : `${withOriginals ? 'Removed' : 'These originals still contain them; --with-originals removes them, too'}:\n${filesText(originals)}`,
          ].join('\n\n'),
      );
    });
}

/** The audit is kept for ever: it shows that a person was erased, and to somebody who knows the id, which. */
function pseudonymOf(userId: UserId): string {
  return `sha256:${createHash('sha256').update(userId).digest('hex')}`;
}

/** What is left in `work/` of imports that have ended, with the rows of everybody; how many rows were about the person. */
async function removeSideFiles(
  { files, csv }: Pick<Services, 'files' | 'csv'>,
  clientId: ClientId,
  runs: readonly ImportRun[],
  uniqueId: string,
): Promise<number> {
  let rows = 0;
  for (const { importId, holdsFile } of await files.workFolders()) {
    if (clientIdOf(importId) !== clientId || holdsFile) continue;
    const failed = await files.findFailedRecords(clientId, importId, null);
    const delimiter = runs.find((run) => run.importId === importId)?.layout?.delimiter ?? ',';
    if (failed !== undefined) rows += await csv.countPersonRows({ path: failed.path, encoding: 'utf-8', delimiter }, uniqueId);
    await files.cleanUp(importId, false);
  }
  return rows;
}

function shown({ kind, name, rows, importId }: PersonFile) {
  return { importId, kind, name, rows };
}

const MOST_NAMED = 10;

/** An open import may need what is to be removed, and would write it again. */
function refuseOpen(runs: readonly ImportRun[]): void {
  const open = runs.filter((run) => !hasEnded(run)).map(({ importId }) => importId);
  if (open.length === 0) return;
  throw notNow(
    `These imports have not ended, and may hold the person's data: ${firstOf(open)}.\nLet each end, or end it (approve or decline, retry, undo), then erase again; see them with: imports show ${open[0]}`,
  );
}

/** A file that waits, or is still to get its name, would bring them back. One that stays in its place is the client's to change. */
function refuseWaiting({ clientId, enabled, paused }: Client, uploads: readonly PersonFile[]): void {
  const waiting = uploads.filter(({ kind }) => kind === 'waiting');
  const unfinished = uploads.filter(({ kind }) => kind === 'unfinished');
  const [first] = [...waiting, ...unfinished];
  if (first === undefined) return;
  const folder = path.dirname(first.path);
  const look = enabled
    ? paused === undefined
      ? `imports scan ${clientId}`
      : `imports client resume ${clientId} --reason "…"`
    : `imports client enable ${clientId}`;
  const sentences = [
    ...(waiting.length === 0
      ? []
      : [
          `These files wait to be imported, and would bring the person back: ${named(waiting)}.\nRemove each from ${folder}, or let it be imported (${look}), then erase again.`,
        ]),
    ...(unfinished.length === 0
      ? []
      : [
          `These files contain the person, and are not imported under their temporary names: ${named(unfinished)}.\nRemove each from ${folder}, then erase again.`,
        ]),
  ];
  throw notNow(sentences.join('\n'));
}

function named(files: readonly PersonFile[]): string {
  return firstOf(files.map(({ name, rows }) => `${escapeText(name)} (${counted(rows, 'row')})`));
}

function firstOf(names: readonly string[]): string {
  return `${names.slice(0, MOST_NAMED).join(', ')}${names.length > MOST_NAMED ? ' …' : ''}`;
}
