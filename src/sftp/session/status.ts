// The folder's refusals as status replies. Version 3 has nine codes; clients show their own text for 2 and 3, and ours for 4.

import type { Reply } from '../codec/encode-reply';
import { STATUS, type Status } from '../codec/protocol';
import { folderErrorOf, type FolderErrorKind } from '../../door/folder/folder-error';

const BY_KIND: Readonly<Record<FolderErrorKind, Status>> = {
  'not-found': STATUS.noSuchFile,
  denied: STATUS.permissionDenied,
  failed: STATUS.failure,
  unsupported: STATUS.unsupported,
};

export const ok = (id: number): Reply => ({ kind: 'status', id, status: STATUS.ok, message: 'OK' });
export const endOfFile = (id: number): Reply => ({ kind: 'status', id, status: STATUS.eof, message: 'End of file' });

/** `ours` = nothing the client did: to be logged. */
export function statusOf(id: number, error: unknown): { readonly reply: Reply; readonly ours: boolean } {
  const known = folderErrorOf(error);
  if (known === undefined) {
    return { reply: { kind: 'status', id, status: STATUS.failure, message: 'Failure on the server, please try again' }, ours: true };
  }
  return { reply: { kind: 'status', id, status: BY_KIND[known.kind], message: known.message }, ours: false };
}
