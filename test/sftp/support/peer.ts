// A scripted SFTP client without SSH: speaks to `serveSession` over memory, packet by packet, and shows every reply in order.

import { PassThrough } from 'node:stream';
import { writeAttributes, readAttributes, type Attributes, WireReader, WireWriter } from '../../../src/sftp/codec/wire';
import type { Request, Reply } from '../../../src/sftp/codec/messages';
import { PacketSplitter } from '../../../src/sftp/codec/packet-splitter';
import { EXTENSIONS, PACKET, type Status } from '../../../src/sftp/codec/protocol';
import type { SessionContext } from '../../../src/sftp/session/answer-request';
import { LinkGone, serveSession } from '../../../src/sftp/session/serve-session';

/** Distributes over the union, so that a request without its id keeps its shape. */
export type Question<R = Request> = R extends { readonly id: number } ? Omit<R, 'id'> : never;

export class Peer {
  readonly ended: Promise<'ended' | 'malformed'>;
  /** Every reply so far, in the order it came. */
  readonly replies: Reply[] = [];
  /** What the server wrote beside the protocol, for a person to read. */
  readonly said: string[] = [];
  private readonly incoming = new PassThrough();
  private readonly splitter = new PacketSplitter();
  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private gone = false;
  private asked = 0;
  /** While set, the server's replies are not taken. */
  private stalled: Promise<void> | undefined;
  private resume: () => void = () => undefined;

  constructor(context: SessionContext) {
    const say = (sentence: string): void => void this.said.push(sentence);
    this.ended = serveSession({ incoming: this.incoming, heard: () => undefined, say, send: (bytes) => this.take(bytes) }, context);
    this.sendBytes(encodeRequest({ kind: 'init', version: 3 }));
  }

  ask(question: Question): Promise<Reply> {
    const id = ++this.asked;
    const answered = new Promise<Reply>((resolve) => this.waiting.set(id, resolve));
    this.sendBytes(encodeRequest({ ...question, id }));
    return answered;
  }

  /** The handle's name; throws when the server said no. */
  async open(path: string, flags: number, attributes: Attributes = {}): Promise<string> {
    const reply = await this.ask({ kind: 'open', path: Buffer.from(path), flags, attributes });
    if (reply.kind !== 'handle') throw new Error(`Not opened: ${JSON.stringify(reply)}`);
    return reply.handle;
  }

  async status(question: Question): Promise<Status> {
    const reply = await this.ask(question);
    if (reply.kind !== 'status') throw new Error(`No status: ${reply.kind}`);
    return reply.status;
  }

  async write(handle: string, offset: number, text: string): Promise<Status> {
    return this.status({ kind: 'write', handle, offset: BigInt(offset), data: Buffer.from(text) });
  }

  async names(path: string): Promise<string[]> {
    const opened = await this.ask({ kind: 'opendir', path: Buffer.from(path) });
    if (opened.kind !== 'handle') throw new Error(`Not opened: ${opened.kind}`);
    const names: string[] = [];
    for (;;) {
      const reply = await this.ask({ kind: 'readdir', handle: opened.handle });
      if (reply.kind !== 'names') break;
      names.push(...reply.names.map(({ name }) => name));
    }
    await this.status({ kind: 'close', handle: opened.handle });
    return names;
  }

  async size(path: string): Promise<number | undefined> {
    const reply = await this.ask({ kind: 'stat', path: Buffer.from(path) });
    return reply.kind === 'attributes' ? Number(reply.attributes.size) : undefined;
  }

  sendBytes(bytes: Buffer): void {
    this.incoming.write(bytes);
  }

  /** The client says goodbye. */
  async end(): Promise<'ended' | 'malformed'> {
    this.incoming.end();
    return this.ended;
  }

  /** The network is cut. */
  async drop(): Promise<void> {
    this.gone = true;
    this.resume();
    this.incoming.end();
    await this.ended;
  }

  stall(): void {
    this.stalled = new Promise((resolve) => (this.resume = resolve));
  }

  unstall(): void {
    this.stalled = undefined;
    this.resume();
  }

  private async take(bytes: Buffer): Promise<void> {
    if (this.gone) throw new LinkGone();
    this.splitter.push(bytes);
    for (let packet = this.splitter.next(); packet !== undefined; packet = this.splitter.next()) {
      const reply = decodeReply(packet);
      this.replies.push(reply);
      if ('id' in reply) this.waiting.get(reply.id)?.(reply);
    }
    await this.stalled;
  }
}

export function encodeRequest(request: Request): Buffer {
  const writer = new WireWriter();
  const head = (type: number): WireWriter => writer.uint8(type).uint32('id' in request ? request.id : 0);
  switch (request.kind) {
    case 'init':
      return writer.uint8(PACKET.init).uint32(request.version).packet();
    case 'open':
      return writeAttributes(head(PACKET.open).bytes(request.path).uint32(request.flags), request.attributes).packet();
    case 'read':
      return head(PACKET.read).bytes(request.handle).uint64(request.offset).uint32(request.length).packet();
    case 'write':
      return head(PACKET.write).bytes(request.handle).uint64(request.offset).bytes(request.data).packet();
    case 'close':
    case 'fstat':
    case 'readdir':
      return head(PACKET[request.kind]).bytes(request.handle).packet();
    case 'fsetstat':
      return writeAttributes(head(PACKET.fsetstat).bytes(request.handle), request.attributes).packet();
    case 'setstat':
    case 'mkdir':
      return writeAttributes(head(PACKET[request.kind]).bytes(request.path), request.attributes).packet();
    case 'stat':
    case 'lstat':
    case 'opendir':
    case 'remove':
    case 'rmdir':
    case 'realpath':
      return head(PACKET[request.kind]).bytes(request.path).packet();
    case 'rename':
      return head(PACKET.rename).bytes(request.from).bytes(request.to).packet();
    case 'posix-rename':
      return head(PACKET.extended).bytes('posix-rename@openssh.com').bytes(request.from).bytes(request.to).packet();
    case 'fsync':
      return head(PACKET.extended).bytes('fsync@openssh.com').bytes(request.handle).packet();
    case 'statvfs':
      return head(PACKET.extended).bytes('statvfs@openssh.com').bytes(request.path).packet();
    case 'limits':
      return head(PACKET.extended).bytes('limits@openssh.com').packet();
    case 'unsupported':
      return head(PACKET.symlink).packet();
  }
}

export function decodeReply(packet: Buffer): Reply {
  const reader = new WireReader(packet);
  const type = reader.uint8();
  if (type === PACKET.version) {
    reader.uint32();
    const advertised = EXTENSIONS.map(() => [reader.ascii(), reader.ascii()]);
    if (JSON.stringify(advertised) !== JSON.stringify(EXTENSIONS)) throw new Error('The server advertises other extensions.');
    return { kind: 'version' };
  }
  const id = reader.uint32();
  switch (type) {
    case PACKET.status:
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a status the server does not know would fail the comparison
      return { kind: 'status', id, status: reader.uint32() as Status, message: reader.bytes().toString() };
    case PACKET.handle:
      return { kind: 'handle', id, handle: reader.ascii() };
    case PACKET.data:
      return { kind: 'data', id, data: Buffer.from(reader.bytes()) };
    case PACKET.attributes:
      return { kind: 'attributes', id, attributes: readAttributes(reader) };
    case PACKET.extendedReply: {
      const numbers = [];
      for (let left = (packet.length - 5) / 8; left > 0; left--) numbers.push(reader.uint64());
      return { kind: 'numbers', id, numbers };
    }
    case PACKET.name: {
      const names = [];
      for (let left = reader.uint32(); left > 0; left--) {
        const name = reader.bytes().toString();
        const longName = reader.bytes().toString();
        names.push({ name, longName, attributes: readAttributes(reader) });
      }
      return { kind: 'names', id, names };
    }
    default:
      throw new Error(`The server sent a packet of type ${type}`);
  }
}
