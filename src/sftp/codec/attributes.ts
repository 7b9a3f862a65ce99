// File attributes of the protocol. A client sends the ones it wants set; the server sends all it knows.

import { ATTRIBUTE_FLAG } from './protocol';
import type { WireReader, WireWriter } from './wire';

export interface Attributes {
  readonly size?: bigint;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
  /** Seconds since 1970. */
  readonly times?: { readonly accessed: number; readonly modified: number };
}

export function readAttributes(reader: WireReader): Attributes {
  const flags = reader.uint32();
  const has = (flag: number): boolean => (flags & flag) !== 0;
  // The order of the fields is the protocol's; an object literal is evaluated in that order.
  return {
    ...(has(ATTRIBUTE_FLAG.size) && { size: reader.uint64() }),
    ...(has(ATTRIBUTE_FLAG.owner) && { owner: { uid: reader.uint32(), gid: reader.uint32() } }),
    ...(has(ATTRIBUTE_FLAG.mode) && { mode: reader.uint32() }),
    ...(has(ATTRIBUTE_FLAG.times) && { times: { accessed: reader.uint32(), modified: reader.uint32() } }),
  };
}

export function writeAttributes(writer: WireWriter, attributes: Attributes): WireWriter {
  const { size, owner, mode, times } = attributes;
  writer.uint32(
    (size === undefined ? 0 : ATTRIBUTE_FLAG.size) |
      (owner === undefined ? 0 : ATTRIBUTE_FLAG.owner) |
      (mode === undefined ? 0 : ATTRIBUTE_FLAG.mode) |
      (times === undefined ? 0 : ATTRIBUTE_FLAG.times),
  );
  if (size !== undefined) writer.uint64(size);
  if (owner !== undefined) writer.uint32(owner.uid).uint32(owner.gid);
  if (mode !== undefined) writer.uint32(mode);
  if (times !== undefined) writer.uint32(times.accessed).uint32(times.modified);
  return writer;
}
