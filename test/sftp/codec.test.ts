// The codec on its own: whatever is written is read back, however the network cuts it, and rubbish never gets through as a request.

import * as fc from 'fast-check';
import { type Attributes, MalformedPacket } from '../../src/sftp/codec/wire';
import { decodeRequest, type Request, encodeReply, type Reply } from '../../src/sftp/codec/messages';
import { PacketSplitter } from '../../src/sftp/codec/packet-splitter';
import { MAX_PACKET_BYTES, STATUS } from '../../src/sftp/codec/protocol';
import { decodeReply, encodeRequest } from './support/peer';

const uint32 = fc.nat(0xffff_ffff);
const uint64 = fc.bigInt(0n, 2n ** 64n - 1n);
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const handle = fc.string({ unit: 'binary-ascii', maxLength: 20 });
const text = fc.string({ unit: 'binary', maxLength: 40 });
const attributes = fc.record<Attributes>(
  {
    size: uint64,
    owner: fc.record({ uid: uint32, gid: uint32 }),
    mode: uint32,
    times: fc.record({ accessed: uint32, modified: uint32 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Attributes>;
const id = uint32;
const kind = <K extends string>(...kinds: K[]): fc.Arbitrary<K> => fc.constantFrom(...kinds);

const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ kind: kind('init'), version: uint32 }),
  fc.record({ kind: kind('open'), id, path: bytes, flags: uint32, attributes }),
  fc.record({ kind: kind('read'), id, handle, offset: uint64, length: uint32 }),
  fc.record({ kind: kind('write'), id, handle, offset: uint64, data: bytes }),
  fc.record({ kind: kind('close', 'fstat', 'readdir', 'fsync'), id, handle }),
  fc.record({ kind: kind('fsetstat'), id, handle, attributes }),
  fc.record({ kind: kind('setstat', 'mkdir'), id, path: bytes, attributes }),
  fc.record({ kind: kind('stat', 'lstat', 'opendir', 'remove', 'rmdir', 'realpath', 'statvfs'), id, path: bytes }),
  fc.record({ kind: kind('rename', 'posix-rename'), id, from: bytes, to: bytes }),
  fc.record({ kind: kind('limits', 'unsupported'), id }),
);

const reply: fc.Arbitrary<Reply> = fc.oneof(
  fc.record({ kind: kind('version') }),
  fc.record({ kind: kind('status'), id, status: fc.constantFrom(...Object.values(STATUS)), message: text }),
  fc.record({ kind: kind('handle'), id, handle }),
  fc.record({ kind: kind('data'), id, data: bytes }),
  fc.record({ kind: kind('names'), id, names: fc.array(fc.record({ name: text, longName: text, attributes }), { maxLength: 5 }) }),
  fc.record({ kind: kind('attributes'), id, attributes }),
  fc.record({ kind: kind('numbers'), id, numbers: fc.array(uint64, { maxLength: 11 }) }),
);

function split(chunks: readonly Buffer[]): Buffer[] {
  const splitter = new PacketSplitter();
  const packets: Buffer[] = [];
  for (const chunk of chunks) {
    splitter.push(chunk);
    for (let packet = splitter.next(); packet !== undefined; packet = splitter.next()) packets.push(packet);
  }
  return packets;
}

it('reads every request back as it was written', () => {
  fc.assert(fc.property(request, (sent) => expect(split([encodeRequest(sent)]).map(decodeRequest)).toEqual([sent])));
});

it('writes every reply so that a client reads it back', () => {
  fc.assert(fc.property(reply, (sent) => expect(split([encodeReply(sent)]).map(decodeReply)).toEqual([sent])));
});

it('finds the same packets wherever the network cuts the stream', () => {
  const cuts = fc.array(fc.nat(2000), { maxLength: 30 });
  fc.assert(
    fc.property(fc.array(request, { minLength: 1, maxLength: 8 }), cuts, (sent, at) => {
      const stream = Buffer.concat(sent.map(encodeRequest));
      const edges = [0, ...at.filter((cut) => cut < stream.length).toSorted((a, b) => a - b), stream.length];
      const chunks = edges.slice(1).map((end, index) => stream.subarray(edges[index], end));
      expect(split(chunks).map(decodeRequest)).toEqual(sent);
    }),
  );
});

it('finds the same packets when every byte comes alone', () => {
  const sent: Request[] = [
    { kind: 'init', version: 3 },
    { kind: 'write', id: 1, handle: '1', offset: 0n, data: Buffer.from('unique_id\n') },
    { kind: 'close', id: 2, handle: '1' },
  ];
  const stream = Buffer.concat(sent.map(encodeRequest));
  expect(split([...stream].map((byte) => Buffer.of(byte))).map(decodeRequest)).toEqual(sent);
});

it.each([0, MAX_PACKET_BYTES + 1, 0x7fff_ffff, 0xffff_ffff])('refuses a packet of %d bytes before it has come', (length) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length);
  expect(() => split([head])).toThrow(MalformedPacket);
});

it('refuses a request that is cut short anywhere, instead of reading beyond its end', () => {
  fc.assert(
    fc.property(
      request.filter((sent) => sent.kind !== 'unsupported'),
      fc.nat(),
      (sent, at) => {
        const packet = encodeRequest(sent).subarray(4);
        expect(() => decodeRequest(packet.subarray(0, at % packet.length))).toThrow(MalformedPacket);
      },
    ),
  );
});

it('takes any bytes for a request, or refuses them as malformed, and does nothing else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (rubbish) => {
      try {
        decodeRequest(Buffer.from(rubbish));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedPacket);
      }
    }),
    { numRuns: 2000 },
  );
});
