// Packets of SFTP as hostile and as broken programs send them, made from a seed. Knows what a session has open, so that most of them reach
// further than "Invalid handle"; and what each may be answered with.

import type { Reply } from '../../../src/sftp/codec/messages';
import { type Attributes, WireWriter } from '../../../src/sftp/codec/wire';
import { OPEN_FLAG, PACKET, STATUS } from '../../../src/sftp/codec/protocol';
import { encodeRequest, type Question } from './peer';
import { below, NAMES, pick, type Random } from './random';

type Kind = Question['kind'] | 'raw';
type Opened = 'upload' | 'download' | 'listing';

export interface Asked {
  readonly id: number;
  readonly kind: Kind;
  readonly bytes: Buffer;
  /** What a handle in the answer stands for. */
  readonly opens?: Opened;
  readonly closes?: string;
}

/** What the good answer to a request is; each may be refused by a status as well. */
const ANSWERS: Readonly<Partial<Record<Kind, Reply['kind']>>> = {
  open: 'handle',
  opendir: 'handle',
  read: 'data',
  readdir: 'names',
  realpath: 'names',
  stat: 'attributes',
  lstat: 'attributes',
  fstat: 'attributes',
  statvfs: 'numbers',
  limits: 'numbers',
};

export function isAnswerTo({ kind, id }: Asked, reply: Reply): boolean {
  return 'id' in reply && reply.id === id && (reply.kind === 'status' || reply.kind === ANSWERS[kind]);
}

const MORE_NAMES = [
  '/c.csv',
  '/d.csv.part',
  '/e.csv.filepart',
  '/sub',
  '/sub/inside.csv',
  '/link.csv',
  '/link',
  '/link/canary.csv',
  '/pipe',
  '/a\nb.csv',
  '/a\r.csv',
  '/\u001b[2J.csv',
  '/nul\0.csv',
  '/\u007f',
  '.bak/../../globex/canary.csv',
];
const PATHS: readonly Buffer[] = [
  ...[...NAMES, ...MORE_NAMES].map((name) => Buffer.from(name)),
  Buffer.from([0x2f, 0xff, 0xfe, 0x2e]),
  Buffer.from([0xc3, 0x28]),
  Buffer.from([0xed, 0xa0, 0x80]),
  Buffer.alloc(4096, 'p'),
  Buffer.alloc(5000, '/'),
  Buffer.alloc(60_000, 'a/'),
];
/** Those that can become files, more often than the rest. */
const FILES = ['/a.csv', '/b.csv', '/c.csv', '/users.csv', '/ü€😀.csv', '/d.csv.part'].map((name) => Buffer.from(name));
const EXTENSIONS = [
  'hardlink@openssh.com',
  'copy-data',
  'lsetstat@openssh.com',
  'expand-path@openssh.com',
  'md5-hash',
  '',
  'x'.repeat(300),
];
const HUGE = [0xffff_ffffn, 2n ** 31n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];

export class RandomSession {
  private readonly handles = new Map<string, Opened>();
  private issued = 0;
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  next(): Asked {
    const random = this.random;
    const id = below(random, 2 ** 32);
    const chance = random();
    if (chance < 0.03) return { id, kind: 'raw', bytes: this.unknown(id) };
    const question = chance < 0.45 ? this.onHandle() : this.onPath();
    const bytes = encodeRequest({ ...question, id });
    const { kind } = question;
    if (kind === 'opendir') return { id, kind, bytes, opens: 'listing' };
    if (kind === 'close') return { id, kind, bytes, closes: question.handle };
    if (kind !== 'open') return { id, kind, bytes };
    return { id, kind, bytes, opens: (question.flags & (OPEN_FLAG.write | OPEN_FLAG.append)) === 0 ? 'download' : 'upload' };
  }

  learn({ opens, closes }: Asked, reply: Reply): void {
    if (reply.kind === 'handle' && opens !== undefined) {
      this.issued += 1;
      this.handles.set(reply.handle, opens);
    }
    if (closes !== undefined && reply.kind === 'status' && reply.status === STATUS.ok) this.handles.delete(closes);
  }

  /** Never what a client may send: the session ends. */
  malformed(): Buffer {
    const random = this.random;
    const whole = this.next().bytes;
    return pick(random, [
      () => Buffer.from([0, 0, 0, 0]),
      () => Buffer.from([0xff, 0xff, 0xff, 0xff, 1]),
      () => Buffer.from([0, 4, 0, 1, 6]),
      () => encodeRequest({ kind: 'init', version: 3 }),
      () =>
        new WireWriter()
          .uint8(pick(random, [2, 101, 102, 103, 104, 105, 201]))
          .uint32(7)
          .bytes('')
          .packet(),
      // A path that reaches beyond its packet.
      () => new WireWriter().uint8(PACKET.stat).uint32(7).uint32(0x7fff_ffff).packet(),
      // Cut, and the length says so.
      () => withLength(whole.subarray(4, 5 + below(random, 4))),
    ])();
  }

  private onHandle(): Question {
    const random = this.random;
    const attributes = this.attributes();
    const weighted: readonly (readonly [number, () => Question])[] = [
      [10, () => ({ kind: 'close', handle: this.handle() })],
      [18, () => ({ kind: 'write', handle: this.handle('upload'), offset: this.offset(), data: this.data() })],
      [
        8,
        () => ({ kind: 'read', handle: this.handle(pick(random, ['download', 'upload'])), offset: this.offset(), length: this.length() }),
      ],
      [6, () => ({ kind: 'readdir', handle: this.handle('listing') })],
      [4, () => ({ kind: 'fstat', handle: this.handle('upload') })],
      [4, () => ({ kind: 'fsetstat', handle: this.handle('upload'), attributes })],
      [2, () => ({ kind: 'fsync', handle: this.handle('upload') })],
    ];
    return byWeight(random, weighted);
  }

  private onPath(): Question {
    const random = this.random;
    const path = this.path();
    const weighted: readonly (readonly [number, () => Question])[] = [
      [16, () => ({ kind: 'open', path, flags: this.flags(), attributes: random() < 0.7 ? {} : this.attributes() })],
      [4, () => ({ kind: 'opendir', path: random() < 0.6 ? Buffer.from('/') : path })],
      [8, () => ({ kind: pick(random, ['stat', 'lstat'] as const), path })],
      [5, () => ({ kind: 'realpath', path })],
      [4, () => ({ kind: 'remove', path })],
      [2, () => ({ kind: pick(random, ['rmdir', 'statvfs'] as const), path })],
      [3, () => ({ kind: pick(random, ['setstat', 'mkdir'] as const), path, attributes: this.attributes() })],
      [6, () => ({ kind: pick(random, ['rename', 'posix-rename'] as const), from: path, to: this.path() })],
      [1, () => ({ kind: 'limits' })],
    ];
    return byWeight(random, weighted);
  }

  /** Well-formed, and nothing that this server does; or with more behind it than there should be. */
  private unknown(id: number): Buffer {
    const random = this.random;
    const writer = new WireWriter();
    if (random() < 0.3) writer.uint8(pick(random, [0, 3 + 18, 100, 99, 150, 199, 255])).uint32(id);
    else if (random() < 0.4) writer.uint8(pick(random, [PACKET.symlink, PACKET.readlink])).uint32(id);
    else writer.uint8(PACKET.extended).uint32(id).bytes(pick(random, EXTENSIONS));
    return writer.bytes('../globex/canary.csv').bytes(this.path()).packet();
  }

  private handle(wanted?: Opened): string {
    const random = this.random;
    const chance = random();
    const fitting = [...this.handles].filter(([, kind]) => wanted === undefined || kind === wanted || chance < 0.05);
    if (chance < 0.85 && fitting.length > 0) return pick(random, fitting)[0];
    // One that is being opened this moment; else none.
    if (chance < 0.97) return String(this.issued + below(random, 4));
    return pick(random, ['', '0', '-1', '1e3', 'x'.repeat(256), '\0', '__proto__', '18446744073709551616']);
  }

  private path(): Buffer {
    return pick(this.random, this.random() < 0.5 ? FILES : PATHS);
  }

  private flags(): number {
    const { read, write, append, create, truncate, exclusive } = OPEN_FLAG;
    const usual = [read, write | create | truncate, write | create, write, write | append | create, read | write];
    return this.random() < 0.8 ? pick(this.random, usual) : below(this.random, 2 * exclusive);
  }

  private offset(): bigint {
    const chance = this.random();
    if (chance < 0.6) return BigInt(below(this.random, 4) * 100);
    return chance < 0.95 ? BigInt(below(this.random, 300_000)) : pick(this.random, HUGE);
  }

  private length(): number {
    return this.random() < 0.9 ? below(this.random, 5000) : pick(this.random, [0, 255 * 1024, 256 * 1024, 0x7fff_ffff, 0xffff_ffff]);
  }

  private data(): Buffer {
    return Buffer.alloc(this.random() < 0.97 ? below(this.random, 120) : pick(this.random, [0, 16_384, 32_768, 255 * 1024]), '1,OPSCOM\n');
  }

  private attributes(): Attributes {
    const random = this.random;
    return {
      ...(random() < 0.3 && { size: pick(random, [0n, 1n, 100n, 5000n, ...HUGE]) }),
      ...(random() < 0.3 && { owner: { uid: below(random, 2 ** 32), gid: 0 } }),
      ...(random() < 0.3 && { mode: pick(random, [0, 0o600, 0o777, 0o4755, 0xffff_ffff]) }),
      ...(random() < 0.3 && { times: { accessed: below(random, 2 ** 32), modified: below(random, 2 ** 32) } }),
    };
  }
}

function byWeight(random: Random, weighted: readonly (readonly [number, () => Question])[]): Question {
  let left = below(
    random,
    weighted.reduce((sum, [weight]) => sum + weight, 0),
  );
  const [, make] = weighted.find(([weight]) => (left -= weight) < 0)!;
  return make();
}

function withLength(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}
