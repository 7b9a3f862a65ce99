// One packet of a client as a typed request, and our typed replies as bytes. Paths stay the bytes that were sent: what they mean is the folder's business.

import { readAttributes, type Attributes, MalformedPacket, WireReader, writeAttributes, WireWriter } from './wire';
import { PACKET, EXTENSIONS, PROTOCOL_VERSION, type Status } from './protocol';

export type Request =
  | { readonly kind: 'init'; readonly version: number }
  | { readonly kind: 'open'; readonly id: number; readonly path: Buffer; readonly flags: number; readonly attributes: Attributes }
  | { readonly kind: 'read'; readonly id: number; readonly handle: string; readonly offset: bigint; readonly length: number }
  | { readonly kind: 'write'; readonly id: number; readonly handle: string; readonly offset: bigint; readonly data: Buffer }
  | { readonly kind: 'close' | 'fstat' | 'readdir' | 'fsync'; readonly id: number; readonly handle: string }
  | { readonly kind: 'fsetstat'; readonly id: number; readonly handle: string; readonly attributes: Attributes }
  | { readonly kind: 'setstat' | 'mkdir'; readonly id: number; readonly path: Buffer; readonly attributes: Attributes }
  | {
      readonly kind: 'stat' | 'lstat' | 'opendir' | 'remove' | 'rmdir' | 'realpath' | 'statvfs';
      readonly id: number;
      readonly path: Buffer;
    }
  | { readonly kind: 'rename' | 'posix-rename'; readonly id: number; readonly from: Buffer; readonly to: Buffer }
  | { readonly kind: 'limits'; readonly id: number }
  /** Well-formed, and nothing this server does: links, and extensions it does not advertise. */
  | { readonly kind: 'unsupported'; readonly id: number };

/** Requests of the same fields, by their type. */
const typed = <Kind extends keyof typeof PACKET>(...kinds: readonly Kind[]) =>
  new Map<number, Kind>(kinds.map((kind) => [PACKET[kind], kind]));
const ON_PATH = typed('stat', 'lstat', 'opendir', 'remove', 'rmdir', 'realpath');
const ON_HANDLE = typed('close', 'fstat', 'readdir');

/** Throws MalformedPacket if the packet is not a request at all. */
export function decodeRequest(packet: Buffer): Request {
  const reader = new WireReader(packet);
  const type = reader.uint8();
  if (type === PACKET.init) return { kind: 'init', version: reader.uint32() };
  const id = reader.uint32();
  const [onPath, onHandle] = [ON_PATH.get(type), ON_HANDLE.get(type)];
  if (onPath !== undefined) return { kind: onPath, id, path: reader.bytes() };
  if (onHandle !== undefined) return { kind: onHandle, id, handle: reader.ascii() };
  switch (type) {
    case PACKET.open:
      return { kind: 'open', id, path: reader.bytes(), flags: reader.uint32(), attributes: readAttributes(reader) };
    case PACKET.read:
      return { kind: 'read', id, handle: reader.ascii(), offset: reader.uint64(), length: reader.uint32() };
    case PACKET.write:
      return { kind: 'write', id, handle: reader.ascii(), offset: reader.uint64(), data: reader.bytes() };
    case PACKET.setstat:
      return { kind: 'setstat', id, path: reader.bytes(), attributes: readAttributes(reader) };
    case PACKET.fsetstat:
      return { kind: 'fsetstat', id, handle: reader.ascii(), attributes: readAttributes(reader) };
    case PACKET.mkdir:
      return { kind: 'mkdir', id, path: reader.bytes(), attributes: readAttributes(reader) };
    case PACKET.rename:
      return { kind: 'rename', id, from: reader.bytes(), to: reader.bytes() };
    case PACKET.extended:
      return decodeExtended(id, reader);
    case PACKET.readlink:
    case PACKET.symlink:
      return { kind: 'unsupported', id };
    default:
      // Only servers send replies and versions, so this is not a client.
      if (type === PACKET.version || (type >= PACKET.status && type <= PACKET.attributes) || type === PACKET.extendedReply) {
        throw new MalformedPacket('A client sent what only a server sends.');
      }
      return { kind: 'unsupported', id };
  }
}

function decodeExtended(id: number, reader: WireReader): Request {
  switch (reader.ascii()) {
    case 'posix-rename@openssh.com':
      return { kind: 'posix-rename', id, from: reader.bytes(), to: reader.bytes() };
    case 'fsync@openssh.com':
      return { kind: 'fsync', id, handle: reader.ascii() };
    case 'statvfs@openssh.com':
      return { kind: 'statvfs', id, path: reader.bytes() };
    case 'limits@openssh.com':
      return { kind: 'limits', id };
    default:
      return { kind: 'unsupported', id };
  }
}

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
