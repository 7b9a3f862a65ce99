// Entries of the folder, and its refusals, in the protocol's own terms. Version 3 has nine status codes; clients show their own text for 2 and 3,
// and ours for 4.

import type { Attributes } from '../codec/wire';
import type { Name, Reply } from '../codec/messages';
import { type Entry, type NamedEntry, longNameOf, modeOf, OWNER } from '../../door/folder/entry';
import { STATUS, type Status } from '../codec/protocol';
import { folderErrorOf, type FolderErrorKind } from '../../door/folder/folder-error';

export function attributesOf(entry: Entry): Attributes {
  return {
    size: BigInt(entry.bytes),
    owner: { uid: OWNER, gid: OWNER },
    mode: modeOf(entry),
    times: { accessed: seconds(entry.accessedAt), modified: seconds(entry.modifiedAt) },
  };
}

export function nameOf(entry: NamedEntry, now: Date): Name {
  return { name: entry.name, longName: longNameOf(entry, now), attributes: attributesOf(entry) };
}

/** The protocol has 32 unsigned bits for a time. */
function seconds(date: Date): number {
  return Math.min(Math.max(Math.floor(date.getTime() / 1000), 0), 0xffff_ffff);
}

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
