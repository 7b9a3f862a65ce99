// Where a client's files speak of one person: failed-records files, status reports, and the originals in `.bak`.

import { profileOf } from '../../domain/client/profiles';
import type { Client } from '../../domain/client';
import type { ImportId } from '../../domain/ids';
import type { ImportRun } from '../../domain/import-run';
import { statusReportName } from '../../domain/report/status-report';
import type { Services } from '../deps';

export interface PersonFile {
  readonly importId: ImportId;
  readonly kind: 'failed-records' | 'status-report' | 'original';
  /** In the client's folder. */
  readonly name: string;
  readonly path: string;
  readonly delimiter: string;
  /** How many rows speak of the person. */
  readonly rows: number;
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
