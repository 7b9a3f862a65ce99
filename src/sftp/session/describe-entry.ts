// An entry in the protocol's own terms.

import type { Attributes } from '../codec/attributes';
import type { Name } from '../codec/encode-reply';
import type { Entry, NamedEntry } from '../../door/folder/entry';
import { longNameOf, modeOf, OWNER } from '../../door/folder/long-name';

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
