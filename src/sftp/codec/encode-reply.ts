// What the server answers, as typed replies, and their bytes.

import { writeAttributes, type Attributes, WireWriter } from './wire';
import { EXTENSIONS, PACKET, PROTOCOL_VERSION, type Status } from './protocol';

export interface Name {
  readonly name: string;
  /** The line that `ls -l` prints. */
  readonly longName: string;
  readonly attributes: Attributes;
}

export type Reply =
  | { readonly kind: 'version' }
  | { readonly kind: 'status'; readonly id: number; readonly status: Status; readonly message: string }
  | { readonly kind: 'handle'; readonly id: number; readonly handle: string }
  | { readonly kind: 'data'; readonly id: number; readonly data: Buffer }
  | { readonly kind: 'names'; readonly id: number; readonly names: readonly Name[] }
  | { readonly kind: 'attributes'; readonly id: number; readonly attributes: Attributes }
  /** The answers of statvfs and limits are rows of 64-bit numbers. */
  | { readonly kind: 'numbers'; readonly id: number; readonly numbers: readonly bigint[] };

export function encodeReply(reply: Reply): Buffer {
  const writer = new WireWriter();
  switch (reply.kind) {
    case 'version':
      writer.uint8(PACKET.version).uint32(PROTOCOL_VERSION);
      for (const [name, version] of EXTENSIONS) writer.bytes(name).bytes(version);
      return writer.packet();
    case 'status':
      return writer.uint8(PACKET.status).uint32(reply.id).uint32(reply.status).bytes(reply.message).bytes('en').packet();
    case 'handle':
      return writer.uint8(PACKET.handle).uint32(reply.id).bytes(reply.handle).packet();
    case 'data':
      return writer.uint8(PACKET.data).uint32(reply.id).bytes(reply.data).packet();
    case 'names':
      writer.uint8(PACKET.name).uint32(reply.id).uint32(reply.names.length);
      for (const { name, longName, attributes } of reply.names) writeAttributes(writer.bytes(name).bytes(longName), attributes);
      return writer.packet();
    case 'attributes':
      return writeAttributes(writer.uint8(PACKET.attributes).uint32(reply.id), reply.attributes).packet();
    case 'numbers':
      writer.uint8(PACKET.extendedReply).uint32(reply.id);
      for (const number of reply.numbers) writer.uint64(number);
      return writer.packet();
  }
}
