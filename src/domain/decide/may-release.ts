// Whether an import may still release the permits of a user that its file marked inactive: only while the user is archived, and not by
// a newer import, which sees to the permits itself. Pure.

import { parseImportId, type ImportId } from '../ids';
import { isMark, type Archived, type Undone } from '../user';

/** The user as it is now; no status = active. */
interface Releasable {
  readonly status?: 'active' | 'archived';
  readonly archived?: Archived;
  readonly undone?: Undone;
}

export function mayRelease(importId: ImportId, { status, archived, undone }: Releasable): boolean {
  if (status !== 'archived' || undone?.importId === importId) return false;
  return !isMark(archived) || seqOf(archived.importId) <= seqOf(importId);
}

function seqOf(importId: ImportId): number {
  return parseImportId(importId)?.seq ?? 0;
}
