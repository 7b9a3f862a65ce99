// The way from the network to the login: who is let in when many come at once, whose connection a load balancer passes on, and how long a
// peer may say nothing.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { createDoorkeeper, type Caller, type Doorkeeper, type Entry } from '../../src/door/doorkeeper';
import { ENTRY_LIMITS } from '../../src/door/limits';
import { openGate, type Gate } from '../../src/door/gate';
import { readProxyHeader } from '../../src/door/proxy-header';
import { BAN_AT_POINTS, FREE_LOOKS, POINTS, Throttle } from '../../src/door/throttle';

const START = new Date('2026-11-20T12:00:00Z').getTime();
let now: number;
let turnedAway: string[];
let lines: (readonly [string, object])[];
let banned: string[];

function doorkeeperWith(options: Partial<Parameters<typeof createDoorkeeper>[0]> = {}): Doorkeeper {
  now = START;
  turnedAway = [];
  lines = [];
  banned = [];
  const say = (message: string, fields: object = {}): void => void lines.push([message, { ...fields }]);
  return createDoorkeeper({
    throttle: new Throttle(),
    bans: { of: () => undefined, ban: (place) => void banned.push(place) },
    clock: { now: () => new Date(now) },
    metrics: {
      uploadEnded: () => undefined,
      loginEnded: () => undefined,
      peerTurnedAway: (reason) => void turnedAway.push(reason),
      addressBanned: () => undefined,
      backupsCounted: () => undefined,
    },
    log: { info: say, warn: say, error: say },
    sharedAddresses: [],
    random: () => 0.999,
    ...options,
  });
}

const address = (n: number): string => `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
let port = 0;
const call = (doorkeeper: Doorkeeper, from: string, evict?: () => void): Entry | undefined =>
  doorkeeper.enter({ address: from, port: (port = (port + 1) % 65_536) }, evict);

describe('when many come at once', () => {
  const STRANGERS = ENTRY_LIMITS.startups - ENTRY_LIMITS.startupsForKnown;

  it('a newcomer gets in, every time, whatever a few addresses hold', () => {
    const doorkeeper = doorkeeperWith();
    let evicted = 0;
    for (let n = 0; n < 400; n++) call(doorkeeper, `203.0.113.${n % 4}`, () => (evicted += 1))?.heard();
    for (let n = 0; n < 20; n++) {
      const entry = call(doorkeeper, address(n));
      expect(entry).toBeDefined();
      entry?.admit();
      for (let more = 0; more < 4; more++) call(doorkeeper, `203.0.113.${more}`, () => (evicted += 1))?.heard();
    }
    expect(evicted).toBeGreaterThan(0);
  });

  it('whoever has not said anything makes room for a newcomer first, though each comes from an address of its own', () => {
    const doorkeeper = doorkeeperWith();
    const evicted: number[] = [];
    for (let n = 0; n < STRANGERS; n++) {
      const entry = call(doorkeeper, address(n), () => evicted.push(n));
      if (n !== 7) entry?.heard();
    }
    expect(call(doorkeeper, '203.0.113.1')).toBeUndefined();
    now += 1000;
    expect(call(doorkeeper, '203.0.113.1')).toBeDefined();
    expect(evicted).toEqual([7]);
  });

  it('places are kept for addresses that have logged in before', () => {
    const doorkeeper = doorkeeperWith({ knownPlaces: ['203.0.113.5'] });
    for (let n = 0; n < 1000; n++) call(doorkeeper, address(n))?.heard();
    expect(call(doorkeeper, '203.0.113.1')).toBeUndefined();
    expect(call(doorkeeper, '203.0.113.5')).toBeDefined();
  });

  it('newcomers are dropped by chance before it is full, so that there is always room for some of them', () => {
    let dice = 0;
    const doorkeeper = doorkeeperWith({ random: () => (dice = (dice + 0.37) % 1) });
    let entered = 0;
    for (let n = 0; n < 1000; n++) if (call(doorkeeper, address(n)) !== undefined) entered += 1;
    expect(turnedAway).toContain('early');
    expect(entered).toBeGreaterThan(ENTRY_LIMITS.startupsEarly);
  });

  it('what happens is a line a minute in the log, and counted', () => {
    const doorkeeper = doorkeeperWith();
    for (let n = 0; n < 1000; n++) call(doorkeeper, '203.0.113.1')?.heard();
    now += 61_000;
    call(doorkeeper, '203.0.113.1');
    expect(turnedAway.filter((reason) => reason === 'too-many')).toHaveLength(1001 - ENTRY_LIMITS.startupsPerAddress);
    const message = 'Connections were turned away before a log-in';
    expect(lines).toEqual([
      [message, { 'too-many': 1 }],
      [message, { 'too-many': 1000 - ENTRY_LIMITS.startupsPerAddress }],
    ]);
  });

  it('of two connections from the same address and port, to two addresses of ours, each is excused for itself', () => {
    const doorkeeper = doorkeeperWith();
    const calls: Caller[] = Array.from({ length: FREE_LOOKS + BAN_AT_POINTS }, (_, n) => ({
      address: '203.0.113.1',
      port: 5000,
      connection: `to ${n}`,
    }));
    const entries = calls.map((caller) => doorkeeper.enter(caller));
    doorkeeper.excuse(calls[0] as Caller);
    for (const entry of entries) entry?.leave(true);
    // One is excused, so that one is missing.
    expect(banned).toEqual([]);
    call(doorkeeper, '203.0.113.1')?.leave(true);
    expect(banned).toEqual(['203.0.113.1']);
  });
});

describe('a load balancer', () => {
  const v1 = (line: string): Buffer => Buffer.from(`${line}\r\n`);
  const v2 = (command: number, family: number, addresses: number[], extra = 0): Buffer => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(addresses.length + extra);
    const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
    return Buffer.concat([signature, Buffer.of(0x20 | command, family), length, Buffer.from(addresses), Buffer.alloc(extra)]);
  };
  const IPV4 = [203, 0, 113, 7, 192, 0, 2, 1, 0x9c, 0x40, 0, 22];
  const IPV6 = [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 7, ...Array<number>(16).fill(0), 0x9c, 0x40, 0, 22];

  it.each([
    ['version 1, IPv4', v1('PROXY TCP4 203.0.113.7 192.0.2.1 40000 22'), '203.0.113.7'],
    ['version 1, IPv6', v1('PROXY TCP6 2001:db8::7 2001:db8::1 40000 22'), '2001:db8::7'],
    ['version 1, of which nothing is known', v1('PROXY UNKNOWN'), undefined],
    ['version 2, IPv4', v2(1, 0x11, IPV4), '203.0.113.7'],
    ['version 2, IPv6', v2(1, 0x21, IPV6), '2001:db8:0:0:0:0:0:7'],
    ['version 2, with notes behind the addresses', v2(1, 0x11, IPV4, 60), '203.0.113.7'],
    ['version 2, a look of its own', v2(0, 0, []), undefined],
    ['version 2, a look of its own, whatever else it says', v2(0, 0xff, IPV4.slice(0, 3), 60), undefined],
    ['version 2, an unspecified family', v2(1, 0, []), undefined],
    ['version 2, an unspecified family with notes', v2(1, 0, [], 60), undefined],
    ['version 2, a local socket', v2(1, 0x31, Array<number>(216).fill(0x2f)), undefined],
    ['version 2, a local socket with notes', v2(1, 0x31, Array<number>(216).fill(0x2f), 60), undefined],
    ['version 2, another family', v2(1, 0x41, Array<number>(216).fill(0)), 'none'],
    ['version 2, another transport', v2(1, 0x13, IPV4), 'none'],
    ['version 2, a local socket whose addresses are cut', v2(1, 0x31, Array<number>(215).fill(0x2f)), 'none'],
  ])('is understood: %s, whole or byte by byte', (_what, header, expected) => {
    for (let n = 0; n < header.length; n++) expect(readProxyHeader(header.subarray(0, n))).toBe('more');
    const read = readProxyHeader(Buffer.concat([header, Buffer.from('SSH-2.0-x')]));
    if (expected === 'none') expect(read).toBe('none');
    else expect(read).toEqual({ address: expected, bytes: header.length });
  });

  it.each([
    ['something else', Buffer.from('SSH-2.0-x\r\n')],
    ['an address that is none', v1('PROXY TCP4 203.0.113.700 192.0.2.1 40000 22')],
    ['an address of the other family', v1('PROXY TCP4 2001:db8::7 192.0.2.1 40000 22')],
    ['a port that is none', v1('PROXY TCP4 203.0.113.7 192.0.2.1 400000 22')],
    ['a line without an end', Buffer.from(`PROXY TCP4 ${'1'.repeat(200)}`)],
    ['another version', Buffer.from('0d0a0d0a000d0a515549540a31110000', 'hex')],
    ['addresses that are cut', v2(1, 0x11, IPV4.slice(0, 8))],
    ['more than anybody sends', v2(1, 0x11, IPV4, 5000)],
  ])('is not believed: %s', (_what, header) => {
    expect(readProxyHeader(header)).toBe('none');
  });

  describe('at the gate', () => {
    let gate: Gate;
    let handedOn: { readonly caller: Caller; readonly socket: Socket; said: string }[];
    const open = async (proxies: readonly string[]): Promise<void> => {
      handedOn = [];
      const doorkeeper = doorkeeperWith({ proxies });
      gate = await openGate({
        protocol: 'SFTP',
        host: '127.0.0.1',
        port: 0,
        log: { info: () => undefined, warn: () => undefined, error: () => undefined },
        doorkeeper,
        silenceMs: 300,
        handOn(socket, caller) {
          const entry = { caller, socket, said: '' };
          handedOn.push(entry);
          socket.on('data', (data) => (entry.said += data.toString('latin1')));
        },
      });
    };
    afterEach(async () => {
      gate.stopAccepting();
      await gate.dropAll();
    });
    const connected = async (): Promise<Socket> => {
      const socket = createConnection({ host: gate.host, port: gate.port });
      socket.on('error', () => undefined).resume();
      await once(socket, 'connect');
      return socket;
    };
    const closed = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('close', resolve));
    const SAID = 'SSH-2.0-x\r\n' + 'x'.repeat(ENTRY_LIMITS.silenceBytes);
    const heard = async (text: string): Promise<void> => {
      while (handedOn[0]?.said !== text) await new Promise((resolve) => setTimeout(resolve, 5));
    };

    it.each([
      ['all at once', [Buffer.concat([v2(1, 0x11, IPV4), Buffer.from(SAID)])]],
      ['in pieces', [v2(1, 0x11, IPV4).subarray(0, 5), v2(1, 0x11, IPV4).subarray(5), Buffer.from(SAID)]],
    ])('says whose connection it is, %s, and the client is heard from its first byte on', async (_how, pieces) => {
      await open(['127.0.0.0/8']);
      const socket = await connected();
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await heard(SAID);
      expect(handedOn[0]?.caller.address).toBe('203.0.113.7');
      socket.destroy();
    });

    it.each([
      ['looks by itself', v2(0, 0x11, IPV4)],
      ['passes a local socket on', v2(1, 0x31, Array<number>(216).fill(0x2f))],
    ])('that %s is who it is', async (_what, header) => {
      await open(['127.0.0.0/8']);
      const socket = await connected();
      socket.write(Buffer.concat([header, Buffer.from(SAID)]));
      await heard(SAID);
      expect(handedOn[0]?.caller.address).toBe('127.0.0.1');
      socket.destroy();
    });

    it.each([
      ['says something else first', 'SSH-2.0-x\r\n', ['no-header']],
      ['says nothing', '', []],
      ['does not end its header', 'PROXY TCP4 203', ['no-header']],
    ])('is sent away when it %s', async (_what, text, reasons) => {
      await open(['127.0.0.0/8']);
      const socket = await connected();
      const gone = closed(socket);
      socket.write(text);
      await gone;
      expect(handedOn).toEqual([]);
      expect(turnedAway).toEqual(reasons);
    });

    it('is believed from named sources only: anybody else is who it is', async () => {
      await open(['192.0.2.0/24']);
      const socket = await connected();
      const text = 'PROXY TCP4 203.0.113.7 192.0.2.1 40000 22\r\n' + SAID;
      socket.write(text);
      await heard(text);
      expect(handedOn[0]?.caller.address).toBe('127.0.0.1');
      socket.destroy();
    });

    it('a peer that talks and talks and does not log in is ended, which counts against it; one that is in may go on', async () => {
      await open([]);
      const talk = Buffer.alloc(ENTRY_LIMITS.loginBytes + 1, 'x');
      const inside = await connected();
      inside.write('SSH');
      await heard('SSH');
      gate.admit(handedOn[0]!.socket);
      for (let times = 0; times * POINTS.malformed < BAN_AT_POINTS; times++) {
        expect(banned).toEqual([]);
        const socket = await connected();
        const gone = closed(socket);
        socket.write(talk);
        await gone;
      }
      while (banned.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      inside.write(talk);
      while (handedOn[0]!.said.length < talk.length) await new Promise((resolve) => setTimeout(resolve, 5));
      inside.destroy();
    });

    it.each([
      ['says nothing', ''],
      ['says next to nothing', 'SSH'],
    ])('a peer that %s is ended within seconds, and banned when it goes on', async (_what, text) => {
      await open([]);
      const sockets = await Promise.all(Array.from({ length: 40 }, connected));
      for (const socket of sockets) if (text !== '') socket.write(text);
      await Promise.all(sockets.map(closed));
      expect(turnedAway.filter((reason) => reason === 'silent')).toHaveLength(40);
      while (banned.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(banned[0]).toBe('127.0.0.1');
    });
  });
});
