// `imports person export`: what is kept about one person outside the users collection, to answer that person's request. And where a client's
// files contain one person: what was uploaded and still lies in the client's folder, failed-records files, status reports, originals in `.bak`.

import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Client } from '../../domain/client';
import { profileOf } from '../../domain/client/profiles';
import { isTemporaryName } from '../../domain/file/folder-files';
import type { ImportId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { DELIMITER_NAMES } from '../../domain/record/unreadable';
import { statusReportName } from '../../domain/report/status-report';
import { counted, grouped } from '../../domain/report/wording';
import { requireClient, requireFolder } from '../clients/require-client';
import { defineCommand, type Session } from '../define-command';
import type { Services } from '../deps';

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
          ['Replaced values', grouped(kept.replacedValues.length)],
          ['Rejected records', grouped(kept.rejectedRecords.length)],
          ['Records that waited', grouped(kept.deferredRecords.length)],
          ['Left by an undo', grouped(kept.leftByUndo.length)],
        ]),
        files.length === 0 ? 'No file contains this person.' : filesText(files),
        `All values: imports person export ${clientId} … --json\nThe users themselves are in the database of the application.`,
      ].join('\n\n'),
    );
  });
}

export function filesText(files: readonly PersonFile[]): string {
  return files.map(({ kind, name, rows }) => `${kind}: ${name} (${counted(rows, 'row')})`).join('\n');
}

export interface PersonFile {
  /** null = no import has taken it. */
  readonly importId: ImportId | null;
  /** `waiting` = it will be imported; `unfinished` = it has a temporary name; `upload` = it stays until it is overwritten. */
  readonly kind: 'waiting' | 'unfinished' | 'upload' | 'failed-records' | 'status-report' | 'original';
  /** In the client's folder. */
  readonly name: string;
  readonly path: string;
  readonly delimiter: string;
  /** How many rows are about the person. */
  readonly rows: number;
}

/** Those in a client's folder. Asked for before those of imports: a file that is taken meanwhile is then among them. */
export async function personUploads(
  { files, csv }: Pick<Services, 'files' | 'csv'>,
  client: Client,
  uniqueId: string,
): Promise<readonly PersonFile[]> {
  const { upload, layout } = profileOf(client);
  const { encoding, delimiter } = client.settings;
  const found: PersonFile[] = [];
  for (const file of await files.uploads(client.clientId, layout)) {
    const kind = isTemporaryName(basename(file.name)) ? 'unfinished' : upload === 'moved' ? 'waiting' : 'upload';
    const tried: PersonFile[] = [];
    for (const each of delimiter === 'auto' ? Object.keys(DELIMITER_NAMES) : [delimiter]) {
      // An import may have taken it meanwhile.
      const rows = await csv.countPersonRows({ path: file.path, encoding, delimiter: each }, uniqueId).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
        throw error;
      });
      tried.push({ importId: null, kind, ...file, delimiter: each, rows });
    }
    const [best] = tried.toSorted((a, b) => b.rows - a.rows);
    if (best !== undefined && best.rows > 0) found.push(best);
  }
  return found;
}

export async function* personFiles(
  { files, standing, csv }: Pick<Services, 'files' | 'standing' | 'csv'>,
  client: Client,
  runs: readonly ImportRun[],
  uniqueId: string,
): AsyncGenerator<PersonFile> {
  const { clientId } = client;
  for (const { importId, backup, layout, ...run } of runs) {
    const reportName = statusReportName({ importId, ...run });
    const failed = await files.findFailedRecords(clientId, importId, backup);
    const report = profileOf(client).layout.folders.includes('reports') ? await standing.findStatusReport(clientId, reportName) : undefined;
    const original = backup === null ? undefined : await files.findBackup(clientId, backup);
    const found: readonly (Omit<PersonFile, 'rows' | 'importId' | 'path'> & { readonly path: string | undefined })[] = [
      // Written between the same delimiters as the client's own file.
      { kind: 'failed-records', name: `failed records of ${importId}`, path: failed?.path, delimiter: layout?.delimiter ?? ',' },
      { kind: 'status-report', name: `reports/${reportName}`, path: report, delimiter: ',' },
      { kind: 'original', name: backup ?? '', path: original, delimiter: layout?.delimiter ?? delimiterOf(client) },
    ];
    for (const { path, ...file } of found) {
      if (path === undefined) continue;
      // A file that was refused is read as the client's settings say.
      const encoding = file.kind === 'original' ? (layout?.encoding ?? client.settings.encoding) : 'utf-8';
      const rows = await csv.countPersonRows({ path, encoding, delimiter: file.delimiter }, uniqueId);
      if (rows > 0) yield { ...file, importId, path, rows };
    }
  }
}

function delimiterOf({ settings }: Client): string {
  return settings.delimiter === 'auto' ? ',' : settings.delimiter;
}
