// What no well-behaved client does, on real connections: the front door stays up for everybody else.

import { once } from 'node:events';
import { createConnection, Socket } from 'node:net';
import { writeFileSync } from 'node:fs';
import { Client, type ClientChannel } from 'ssh2';
import { OPEN_FLAG } from '../../src/sftp/codec/protocol';
import type { Doorkeeper } from '../../src/door/doorkeeper';
import { openGate } from '../../src/door/gate';
import { connect, openSftp, protocolOf } from './support/connect';
import { LIMITS } from '../../src/door/limits';
import { openFixture, type Fixture } from './support/front-door-fixture';
import { encodeRequest } from './support/peer';
import { itHaving, run, sshOptions } from './support/run';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture.stop());
afterEach(async () => {
  const next = await connect(fixture);
  await openSftp(next);
  next.end();
});

/** A reset is as good as a goodbye. */
const goneOf = (client: Client): Promise<void> => new Promise((resolve) => client.on('close', resolve));

const anybody: Doorkeeper = {
  proxies: [],
  enter: () => ({ heard: () => undefined, silent: () => undefined, admit: () => undefined, leave: () => undefined }),
  noteHeaderless: () => undefined,
  note: () => undefined,
  excuse: () => undefined,
  isBanned: () => false,
};

const plain = (): Socket => createConnection({ host: fixture.door.host, port: fixture.door.port });

it.each([0, 1, 1023])('sends away a channel that takes packets of %d bytes, instead of being busy with it for ever', async (packetSize) => {
  const client = await connect(fixture);
  const protocol = protocolOf(client);
  const session = protocol.session.bind(protocol);
  protocol.session = (channel, window) => session(channel, window, packetSize);
  const closed = goneOf(client);
  client.subsys('sftp', () => undefined);
  await closed;
});

it('sends away a client that sends more than its window allows', async () => {
  const client = await connect(fixture);
  const channel = await openSftp(client);
  writeFileSync(fixture.published('big.csv'), Buffer.alloc(300_000));
  channel.write(encodeRequest({ kind: 'init', version: 3 }));
  channel.write(encodeRequest({ kind: 'open', id: 1, path: Buffer.from('/big.csv'), flags: OPEN_FLAG.read, attributes: {} }));
  await once(channel, 'data');
  // Asks for far more than it reads: the server stops reading requests, and the client goes on sending them.
  channel.pause();
  const closed = goneOf(client);
  const read = encodeRequest({ kind: 'read', id: 2, handle: '1', offset: 0n, length: 261_120 });
  const requests = Buffer.concat(Array.from({ length: 1000 }, () => read));
  const { id } = channel.outgoing as { readonly id: number };
  for (let sent = 0; sent < 8e6; sent += requests.length) protocolOf(client).channelData(id, requests);
  await closed;
});

it('gives a connection ten channels and no more', async () => {
  const client = await connect(fixture);
  const opened = await Promise.allSettled(Array.from({ length: 12 }, () => openSftp(client)));
  expect(opened.map(({ status }) => status)).toEqual([...Array<string>(10).fill('fulfilled'), 'rejected', 'rejected']);
  const first = opened[0] as PromiseFulfilledResult<ClientChannel>;
  const gone = once(first.value, 'close');
  first.value.resume().end();
  await gone;
  await openSftp(client);
  client.end();
});

it('counts a channel once, however often it is closed', async () => {
  const client = await connect(fixture);
  const protocol = protocolOf(client);
  // The first one, of which nothing is asked.
  protocol.session(77, 2 * 1024 * 1024, 32_768);
  for (let n = 0; n < 5; n++) protocol.channelClose(0);
  const opened = await Promise.allSettled(Array.from({ length: 12 }, () => openSftp(client)));
  expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
  client.end();
});

it('serves a channel once, however often it is asked to', async () => {
  const client = await connect(fixture);
  const channel = await openSftp(client);
  const { id } = channel.outgoing as { readonly id: number };
  protocolOf(client).subsystem(id, 'sftp', false);
  protocolOf(client).exec(id, 'ls', false);
  channel.write(encodeRequest({ kind: 'init', version: 3 }));
  await once(channel, 'data');
  client.end();
});

it('lets go of a peer that hears goodbye and stays', async () => {
  const socket = createConnection({ host: fixture.door.host, port: fixture.door.port, allowHalfOpen: true });
  const reset = new Promise((resolve) => socket.on('error', resolve));
  socket.write('SSH-2.0-Rude\r\nthis is no key exchange, and the server says so');
  socket.resume();
  await once(socket, 'end');
  const talk = setInterval(() => socket.write('still here'), 100);
  await reset;
  clearInterval(talk);
});

it('ends a connection that changes its keys before it has logged in', async () => {
  const client = new Client();
  let exchanges = 0;
  client.on('error', () => undefined);
  client.on('handshake', () => {
    exchanges += 1;
    protocolOf(client).rekey();
  });
  const { host, port } = fixture.door;
  const closed = goneOf(client);
  client.connect({ host, port, username: 'acme', authHandler: () => undefined });
  await closed;
  expect(exchanges).toBeLessThanOrEqual(2);
  expect(fixture.lines.map(({ message }) => message)).toContain('A connection changes its keys before it has logged in, and is ended');
});

it('rests for the others after a heap of packets that ask for nothing, and then goes on', async () => {
  // On a machine of any speed.
  const door = await openFixture({ limits: { ...LIMITS, readMs: 0.5 } });
  const client = await connect(door);
  const rest = jest.spyOn(Socket.prototype, 'pause');
  const rests = (): number => rest.mock.contexts.filter((socket) => (socket as Socket).localPort === door.door.port).length;
  for (let heaps = 0; rests() === 0 && heaps < 100; heaps++) {
    for (let n = 0; n < 10_000; n++) protocolOf(client).ping();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(rests()).toBeGreaterThan(0);
  rest.mockRestore();
  await openSftp(client);
  client.end();
  await door.stop();
});

it('holds no more for a client with many sessions that take no answers than for one with a few', async () => {
  (await connect(fixture)).end();
  writeFileSync(fixture.published('big.csv'), Buffer.alloc(261_120));
  const start = jest.spyOn(Socket.prototype, 'pause');
  const clients = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const sock = plain();
      const client = await connect(fixture, { sock });
      client.on('error', () => undefined);
      const protocol = protocolOf(client);
      const session = protocol.session.bind(protocol);
      protocol.session = (channel, _window, packetSize) => session(channel, 0xffff_ffff, packetSize);
      const channel = await openSftp(client);
      channel.write(encodeRequest({ kind: 'init', version: 3 }));
      channel.write(encodeRequest({ kind: 'open', id: 1, path: Buffer.from('/big.csv'), flags: OPEN_FLAG.read, attributes: {} }));
      await once(channel, 'data');
      sock.pause();
      const read = encodeRequest({ kind: 'read', id: 2, handle: '1', offset: 0n, length: 261_120 });
      channel.write(Buffer.concat(Array.from({ length: 500 }, () => read)));
      return client;
    }),
  );
  const served = new Set((start.mock.contexts as Socket[]).filter(({ localPort }) => localPort === fixture.door.port));
  start.mockRestore();
  const held = (): number => [...served].reduce((sum, { writableLength }) => sum + writableLength, 0);
  for (let last = -1; last !== held() || last === 0; await new Promise((resolve) => setTimeout(resolve, 500))) last = held();
  expect(served.size).toBe(20);
  // 32 MiB, and one answer more of each.
  expect(held()).toBeLessThan(40e6);
  await Promise.all(
    clients.map(async (client) => {
      const gone = goneOf(client);
      client.destroy();
      await gone;
    }),
  );
});

it('ends a connection that does nothing but change its keys', async () => {
  const client = await connect(fixture);
  const closed = goneOf(client);
  client.on('error', () => undefined).on('handshake', () => protocolOf(client).rekey());
  protocolOf(client).rekey();
  await closed;
  expect(fixture.lines).toContainEqual(expect.objectContaining({ fields: { ip: '127.0.0.1', reason: 'changes-keys-for-nothing' } }));
});

it.each(['scp -t users.csv', '/usr/bin/scp -pf users.csv'])(
  'answers "%s" with an error that programs of the scp protocol see',
  async (command) => {
    const client = await connect(fixture);
    const [said, code] = await new Promise<[string, number]>((resolve, reject) =>
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        let text = '';
        let exit = NaN;
        channel.on('data', (data: Buffer) => (text += data.toString())).on('exit', (given: number) => (exit = given));
        channel.on('close', () => resolve([text, exit]));
      }),
    );
    expect([said, code]).toEqual(['\x02This service is SFTP only; use scp without -O\n', 1]);
    client.end();
  },
);

itHaving('sftp')('refuses a client that knows nothing but the group exchange, in words', async () => {
  const { host, port } = fixture.door;
  const kex = ['-o', 'LogLevel=INFO', '-o', 'KexAlgorithms=diffie-hellman-group-exchange-sha256'];
  const ran = await run('sftp', ['-b', '-', '-P', String(port), ...kex, ...sshOptions(fixture), `acme@${host}`], 'pwd\n');
  expect(ran.code).not.toBe(0);
  expect(ran.stderr).toContain('no matching key exchange method found. Their offer: curve25519-sha256');
});

it('ends a session with exit status 1 when the peer does not speak SFTP', async () => {
  const client = await connect(fixture);
  const channel = await openSftp(client);
  const exit = once(channel, 'exit');
  channel.write('GET / HTTP/1.1\r\n\r\n');
  expect((await exit)[0]).toBe(1);
  client.end();
});

it('forwards nothing', async () => {
  const client = await connect(fixture);
  await expect(
    new Promise((resolve, reject) => client.forwardOut('a', 1, 'b', 2, (error, channel) => (error ? reject(error) : resolve(channel)))),
  ).rejects.toThrow();
  await expect(
    new Promise((resolve, reject) => client.forwardIn('127.0.0.1', 0, (error, port) => (error ? reject(error) : resolve(port)))),
  ).rejects.toThrow();
  client.end();
});

it('understands a greeting that comes in pieces', async () => {
  const socket = plain();
  await once(socket, 'connect');
  const write = socket.write.bind(socket);
  let last: Promise<void> = Promise.resolve();
  const later = (data: Buffer): void => {
    last = last.then(() => {
      write(data);
      return new Promise((resolve) => setTimeout(resolve, 20));
    });
  };
  socket.write = (data: Uint8Array | string): boolean => {
    const bytes = Buffer.from(data);
    const pieces = bytes.toString('latin1').startsWith('SSH-')
      ? [bytes.subarray(0, 8), bytes.subarray(8, 12), bytes.subarray(12)]
      : [bytes];
    pieces.forEach(later);
    return true;
  };
  const client = await connect(fixture, { sock: socket });
  client.end();
});

it('survives connections that are reset in the middle of the handshake', async () => {
  for (let n = 0; n < 20; n++) {
    const socket = plain();
    socket.write('SSH-2.0-Rude\r\n');
    await once(socket, 'data');
    const closed = once(socket, 'close');
    socket.resetAndDestroy();
    await closed;
  }
});

it('says what to do when its port is taken', async () => {
  const { host, port } = fixture.door;
  await expect(
    openGate({ protocol: 'SFTP', host, port, log: fixture.log, doorkeeper: anybody, handOn: () => undefined }),
  ).rejects.toMatchObject({
    code: 'CONFIG',
    message: expect.stringMatching(/EADDRINUSE.*Choose another IMPORTS_SFTP_PORT/),
  });
});

it('ends a connection that does not log in, unless it was admitted', async () => {
  const sockets: Socket[] = [];
  const gate = await openGate({
    protocol: 'SFTP',
    host: '127.0.0.1',
    port: 0,
    loginGraceMs: 50,
    log: fixture.log,
    doorkeeper: anybody,
    handOn: (socket) => sockets.push(socket.resume()),
  });
  const silent = createConnection({ host: gate.host, port: gate.port });
  const admitted = createConnection({ host: gate.host, port: gate.port });
  await Promise.all([once(silent, 'connect'), once(admitted, 'connect')]);
  while (sockets.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const socket = sockets.find(({ remotePort }) => remotePort === admitted.localPort);
  if (socket === undefined) throw new Error('The gate has not handed it on');
  gate.admit(socket);
  silent.resume();
  await once(silent, 'close');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(admitted.closed).toBe(false);
  gate.stopAccepting();
  await gate.dropAll();
});
