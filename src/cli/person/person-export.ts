// `imports person export`: what is kept about one person outside the users collection, to answer that person's request.

import type { Command } from 'commander';
import { defineCommand, type Session } from '../define-command';
import { requireClient, requireFolder } from '../clients/require-client';
import { personFiles, personUploads, type PersonFile } from './find-person';

/** More imports than any client has. */
export const ALL_IMPORTS = 1_000_000;

export function addPersonExportCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'export <client> <id>',
    summary: 'what is kept about a person outside the users collection',
    details:
      'ID is the unique id of the files. Replaced values, rejected records, rows that waited, what an undo left alone, and the files that contain them. --json prints all values.',
    examples: ['imports person export acme 1042', 'imports person export acme 1042 --json > person.json'],
  }).action(async (id: string, uniqueId: string) => {
    const services = await deps.open();
    const client = await requireClient(services, id);
    const { clientId } = client;
    await requireFolder(services, clientId);
    const kept = await services.persons.find(clientId, uniqueId);
    const files: PersonFile[] = [...(await personUploads(services, client, uniqueId))];
    const runs = await services.imports.list({ clientIds: [clientId], limit: ALL_IMPORTS });
    for await (const file of personFiles(services, client, runs, uniqueId)) files.push(file);
    await print.show({ clientId, uniqueId, ...kept, files }, () =>
      [
        print.facts([
          ['Client', clientId],
          ['Unique id', uniqueId],
          ['Replaced values', print.number(kept.replacedValues.length)],
          ['Rejected records', print.number(kept.rejectedRecords.length)],
          ['Records that waited', print.number(kept.deferredRecords.length)],
          ['Left by an undo', print.number(kept.leftByUndo.length)],
        ]),
        files.length === 0 ? 'No file contains this person.' : filesText(files),
        `All values: imports person export ${clientId} … --json\nThe users themselves are in the database of the application.`,
      ].join('\n\n'),
    );
  });
}

export function filesText(files: readonly PersonFile[]): string {
  return files.map(({ kind, name, rows }) => `${kind}: ${name} (${rows} ${rows === 1 ? 'row' : 'rows'})`).join('\n');
}
