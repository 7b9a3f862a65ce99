// The client's habit, by which a last line without a line break is judged: how its last file that could be read ended. A file with another
// delimiter comes from another program, whose habit is not known by it.

import type { FileLayout, ImportRun } from '../../src/domain/import-run';
import type { ImportStore } from '../../src/ports';

/** Refused files tell nothing; behind more of them than this the habit is not known. */
const LOOKED_AT = 20;

/** The delimiter of the client's last file, when that file ended in a line break; null = no habit that a file could break. */
export async function lineBreakHabit(
  imports: Pick<ImportStore, 'list'>,
  { clientId, seq }: Pick<ImportRun, 'clientId' | 'seq'>,
): Promise<FileLayout['delimiter'] | null> {
  const latest = await imports.list({ clientIds: [clientId], limit: LOOKED_AT });
  const last = latest.find((run) => run.seq < seq && run.endsInLineBreak !== undefined);
  return last?.endsInLineBreak === true ? (last.layout?.delimiter ?? null) : null;
}
