// The client's habit, by which a last line without a line break is judged: how its last file that could be read ended.

import type { ImportRun } from '../../src/domain/import-run';
import type { ImportStore } from '../../src/ports';

/** Refused files tell nothing; behind more of them than this the habit is not known. */
const LOOKED_AT = 20;

export async function lastEndedInLineBreak(
  imports: Pick<ImportStore, 'list'>,
  { clientId, seq }: Pick<ImportRun, 'clientId' | 'seq'>,
): Promise<boolean> {
  const latest = await imports.list({ clientId, limit: LOOKED_AT });
  return latest.find((run) => run.seq < seq && run.endsInLineBreak !== undefined)?.endsInLineBreak === true;
}
