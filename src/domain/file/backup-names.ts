// Names of the files that lie beside a backed-up file in `.bak`. Only `.csv` is taken off, so that `users.csv` and `users.xlsx`
// do not share a receipt.

import type { ImportRun } from '../import-run';
import { oneLine } from '../report/wording';

/** `users.csv` -> `users.result.json` */
export function receiptName(backupName: string): string {
  return `${withoutCsv(backupName)}.result.json`;
}

/** `users.csv` -> `users.failed.csv` */
export function failedRecordsName(backupName: string): string {
  return `${withoutCsv(backupName)}.failed.csv`;
}

/** Such names in `.bak` are given by us alone: a client's own file never passes for a receipt. */
export function isOurs(name: string): boolean {
  return /\.(result\.json|failed\.csv)$/i.test(name);
}

/** The name without its `.csv`, in any case of letters. */
export function withoutCsv(fileName: string): string {
  return fileName.replace(/\.csv$/i, '');
}

/** Where clients find all failed records of an import, however few of them an e-mail carries. */
export function failedRecordsPath({ backup, fileName }: Pick<ImportRun, 'backup' | 'fileName'>): string {
  return oneLine(failedRecordsName(backup ?? `.bak/${fileName}`));
}
