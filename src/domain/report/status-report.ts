// The status report of an Agylia client: every record with its result, in file order. The same import always gives the same report under
// the same name.

import { REPORT_HEADERS } from '../record/fields';
import type { FileHeaders } from '../file/header-in-file';
import { takenBack, whyStopped } from './describe-report';
import type { ImportRun } from '../import-run';
import { reasonCells } from '../reason/reason-cells';
import type { Reason } from '../reason/reasons';

const [CODE, FIELD, REASON, LINE] = REPORT_HEADERS;

export const STATUS_HEADERS = [LINE, 'username', 'result', CODE, FIELD, REASON] as const;

/** `20261121T000005Z-learn-3.csv`: sorts by time. */
export function statusReportName({ importId, finishedAt }: Pick<ImportRun, 'importId' | 'finishedAt'>): string {
  const time = (finishedAt ?? new Date(0)).toISOString().replace(/[-:]|\.\d+/g, '');
  return `${time}-${importId}.csv`;
}

export function successRow(line: number, username: string): readonly string[] {
  return [String(line), username, 'success', '', '', ''];
}

/** The record was not checked. */
export function supersededRow(line: number, username: string): readonly string[] {
  return [String(line), username, 'superseded', '', '', 'A newer file contains this user, so this record changed nothing.'];
}

/** `file` has the headers that the reasons refer to. */
export function failureRow(
  record: { readonly line: number; readonly uniqueId: string; readonly reasons: readonly Reason[] },
  file: FileHeaders,
): readonly string[] {
  return [String(record.line), record.uniqueId, 'failure', ...reasonCells(record.reasons, file)];
}

/** The only row, if no record of the file was imported; undefined if each record has a row of its own. */
export function fileRow({
  refusal,
  outcome,
  held,
  stopped,
}: Pick<ImportRun, 'refusal' | 'outcome' | 'held' | 'stopped'>): readonly string[] | undefined {
  if (stopped !== undefined) return ['', '', 'failure', 'STOPPED', '', `The file ${whyStopped(stopped)} ${takenBack(stopped)}`];
  if (refusal !== null) return [String(refusal.line ?? ''), '', 'failure', refusal.code, '', refusal.message];
  if (outcome !== 'declined') return undefined;
  const verdict = held?.decided?.verdict;
  const why =
    verdict === 'timed-out'
      ? 'The file would have archived many users, and nobody approved it in time.'
      : 'The file would have archived many users, and the administrator declined it.';
  return ['', '', 'failure', 'DECLINED', '', `${why} No user was changed.`];
}
