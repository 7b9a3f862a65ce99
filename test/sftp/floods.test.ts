// A client that asks for more than anybody can give: the front door, in a process of its own, keeps its memory and its descriptors, and
// another client goes on uploading.

import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client, ClientChannel, SFTPWrapper } from 'ssh2';
import { OPEN_FLAG } from '../../src/sftp/codec/protocol';
import { connect, openSftp, protocolOf } from './support/connect';
import { encodeRequest } from './support/peer';
import { spawnDoor, type SpawnedDoor } from './support/spawn-door';
import { until } from './support/until';

const MAX_MEMORY = 200;
const BIG = 255 * 1024;
const FILES = 2000;
const USERS = Buffer.from('unique_id,active\n' + '000123,1\n'.repeat(20_000));

let directory: string;
let spawned: SpawnedDoor;
let descriptors: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'floods-'));
  mkdirSync(join(directory, 'clients', 'acme'), { recursive: true });
  for (let n = 0; n < FILES; n++) writeFileSync(join(directory, 'clients', 'acme', `${n}-${'x'.repeat(200)}.csv`), '');
  writeFileSync(join(directory, 'clients', 'acme', 'big.csv'), Buffer.alloc(BIG));
});
afterAll(() => rm(directory, { recursive: true }));

beforeEach(async () => {
  // A disk that takes 20 ms for every block.
  spawned = await spawnDoor(directory, { slowWriteMs: 20 });
  await whileOthersUpload(() => Promise.resolve());
  descriptors = spawned.descriptors();
});
afterEach(async () => {
  const peak = spawned.peakMemory();
  try {
    expect(peak).toBeLessThan(MAX_MEMORY);
    await until('its descriptors are closed', () => spawned.descriptors() <= descriptors);
  } finally {
    await spawned.stop();
  }
});

const closeOf = (client: Client): Promise<void> => new Promise((resolve) => client.on('close', resolve));

let uploads = 0;
/** Gives an attack time to do harm, in a measure that is the same on a slow machine. */
function othersUpload(count: number): Promise<void> {
  const enough = uploads + count;
  return until(`another client has uploaded ${count} files`, () => uploads >= enough);
}

/** An ordinary client uploads, again and again, for as long as `attack` takes, and at least once. */
async function whileOthersUpload(attack: () => Promise<unknown>): Promise<void> {
  const client = await connect(spawned, { username: 'globex' });
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
    client.sftp((error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const state = { over: false };
  const attacking = attack().finally(() => (state.over = true));
  for (const before = uploads; uploads === before || !state.over; uploads++) {
    const name = `users-${uploads % 3}.csv`;
    await new Promise<void>((resolve, reject) => sftp.writeFile(name, USERS, (error) => (error ? reject(error) : resolve())));
    expect(readFileSync(spawned.published(name, 'globex')).equals(USERS)).toBe(true);
  }
  await attacking;
  const closed = closeOf(client);
  client.end();
  await closed;
}

async function attackers(count = 1, windows = 2 * 1024 * 1024): Promise<{ client: Client; socket: Socket; channels: ClientChannel[] }> {
  const socket = createConnection({ ...spawned.door });
  await once(socket, 'connect');
  const client = await connect(spawned, { sock: socket });
  client.on('error', () => undefined);
  const protocol = protocolOf(client);
  const session = protocol.session.bind(protocol);
  protocol.session = (channel, _window, packetSize) => session(channel, windows, packetSize);
  const channels: ClientChannel[] = [];
  for (let n = 0; n < count; n++) {
    const channel = await openSftp(client);
    channel.on('error', () => undefined);
    channel.write(encodeRequest({ kind: 'init', version: 3 }));
    await once(channel, 'data');
    channels.push(channel);
  }
  return { client, socket, channels };
}

async function ask(channel: ClientChannel, request: Buffer): Promise<Buffer> {
  channel.write(request);
  const [reply] = (await once(channel, 'data')) as [Buffer];
  return reply;
}

const idOf = (channel: ClientChannel): number => (channel.outgoing as { readonly id: number }).id;
const repeat = (request: Buffer, times: number): Buffer => Buffer.concat(Array.from({ length: times }, () => request));

/** Or gone. */
const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.once('drain', () => resolve()).once('close', () => resolve()));

async function hangUp(client: Client): Promise<void> {
  const closed = closeOf(client);
  client.destroy();
  await closed;
}

const OPEN = { kind: 'open', id: 1, path: Buffer.from('/big.csv'), flags: OPEN_FLAG.read, attributes: {} } as const;
const READ = encodeRequest({ kind: 'read', id: 2, handle: '1', offset: 0n, length: BIG });
const HUGE_WINDOW = 0xffff_ffff;

it('stands 5,000 files being opened and none closed', async () => {
  await whileOthersUpload(async () => {
    const { client, channels } = await attackers(10);
    const answered = channels.map(async (channel) => {
      let bytes = 0;
      channel.on('data', (data: Buffer) => (bytes += data.length));
      for (let n = 0; n < 500; n++) {
        const path = Buffer.from(n % 2 === 0 ? '/big.csv' : `/new-${n}.csv`);
        const flags = n % 2 === 0 ? OPEN_FLAG.read : OPEN_FLAG.write | OPEN_FLAG.create;
        channel.write(encodeRequest({ kind: 'open', id: n, path, flags, attributes: {} }));
      }
      // 64 handles of at least 4 + 1 + 4 + 4 + 1 bytes, 436 refusals of more.
      await until('all are answered', () => bytes > 500 * 14);
    });
    await Promise.all(answered);
    expect(spawned.descriptors()).toBeLessThan(descriptors + 10 * 64 + 20);
    await hangUp(client);
  });
});

it('stands directories of many files being listed and never closed', async () => {
  await whileOthersUpload(async () => {
    const { client, channels } = await attackers(10);
    const answered = channels.map(async (channel) => {
      let bytes = 0;
      channel.on('data', (data: Buffer) => (bytes += data.length));
      channel.write(repeat(encodeRequest({ kind: 'opendir', id: 1, path: Buffer.from('/') }), 64));
      await until('all are answered', () => bytes > 64 * 14);
    });
    await Promise.all(answered);
    await hangUp(client);
  });
});

it('stands hundreds of unfinished uploads, and sessions that ask for names that are not there', async () => {
  const staging = join(directory, 'uploads', 'acme');
  for (let n = 0; n < 450; n++) {
    const staged = join(staging, randomUUID());
    writeFileSync(staged, 'x');
    writeFileSync(`${staged}.json`, JSON.stringify({ path: `/p${n}.csv.part` }));
  }
  await whileOthersUpload(async () => {
    const two = [await attackers(10), await attackers(10)];
    const missing = encodeRequest({ kind: 'stat', id: 1, path: Buffer.from('/none.csv') });
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, spawned.descriptors())), 20);
    for (const { channels } of two) for (const channel of channels) channel.resume().write(repeat(missing, 500));
    await othersUpload(10);
    clearInterval(watch);
    expect(most).toBeLessThan(descriptors + 100);
    for (const { client } of two) await hangUp(client);
  });
  for (const name of readdirSync(staging)) rmSync(join(staging, name));
});

it('stands a year of files in .bak being listed by many at once', async () => {
  const bak = join(directory, 'clients', 'acme', '.bak');
  mkdirSync(bak);
  for (let n = 0; n < 30_000; n++) writeFileSync(join(bak, `users.${n}.csv`), '');
  await whileOthersUpload(async () => {
    const { client, channels } = await attackers(10);
    spawned.peakMemory();
    const before = spawned.peakMemory();
    for (const channel of channels) {
      for (let n = 0; n < 2; n++) await ask(channel, encodeRequest({ kind: 'opendir', id: 1, path: Buffer.from('/.bak') }));
      await ask(channel, encodeRequest({ kind: 'readdir', id: 2, handle: '1' }));
    }
    expect(spawned.peakMemory() - before).toBeLessThan(60);
    await hangUp(client);
  });
  rmSync(bak, { recursive: true, maxRetries: 3 });
});

it('stands 2,000 channels being opened at once', async () => {
  await whileOthersUpload(async () => {
    const { client } = await attackers();
    const opened = await Promise.allSettled(Array.from({ length: 2000 }, () => openSftp(client)));
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    await hangUp(client);
  });
});

it('counts channels right when the peer closes the same one again and again, and sends it away', async () => {
  await whileOthersUpload(async () => {
    const { client } = await attackers();
    const protocol = protocolOf(client);
    const closed = closeOf(client);
    // Opened without asking for anything.
    protocol.session(1000, 2 * 1024 * 1024, 32_768);
    await new Promise((resolve) => setImmediate(resolve));
    for (let server = 0; server < 2000; server++) {
      protocol.session(2000 + server, 2 * 1024 * 1024, 32_768);
      for (let n = 0; n < 5; n++) protocol.channelClose(server);
    }
    await closed;
  });
});

it('stands writes that come faster than the disk', async () => {
  await whileOthersUpload(async () => {
    const { client, channels } = await attackers(10);
    const { write, create } = OPEN_FLAG;
    for (const [n, channel] of channels.entries()) {
      channel.write(encodeRequest({ kind: 'open', id: 1, path: Buffer.from(`/flood-${n}.csv`), flags: write | create, attributes: {} }));
      channel.resume();
      const block = encodeRequest({ kind: 'write', id: 2, handle: '1', offset: 0n, data: Buffer.alloc(BIG) });
      for (let sent = 0; sent < 40e6; sent += block.length) channel.write(block);
    }
    // Two megabytes are in the window of each channel: that is all that is ever taken in.
    const paused = (): boolean => channels.every((channel) => (channel.outgoing as { window: number }).window === 0);
    await until('every window is shut', paused);
    await hangUp(client);
  });
});

it('stands reads whose answers nobody takes', async () => {
  await whileOthersUpload(async () => {
    const { client, socket, channels } = await attackers(10, HUGE_WINDOW);
    for (const channel of channels) await ask(channel, encodeRequest(OPEN));
    socket.pause();
    for (const channel of channels) channel.write(repeat(READ, 4000));
    await othersUpload(5);
    await hangUp(client);
  });
});

it('stands reads before a change of keys that the peer never ends', async () => {
  await whileOthersUpload(async () => {
    const { client, socket, channels } = await attackers(10, HUGE_WINDOW);
    for (const channel of channels) await ask(channel, encodeRequest(OPEN));
    for (const channel of channels) channel.write(repeat(READ, 4000));
    protocolOf(client).rekey();
    // Whatever it would say next is never said.
    socket.write = () => true;
    await othersUpload(5);
    await hangUp(client);
  });
});

it('sends away a peer that asks and asks and takes no answers', async () => {
  await whileOthersUpload(async () => {
    const { client, socket } = await attackers();
    socket.pause();
    const protocol = protocolOf(client);
    while (!socket.closed) {
      for (let n = 0; n < 5000 && protocol._destruct !== undefined; n++) protocol.ping();
      // A paused socket does not see that it was closed.
      if (spawned.lines.some((line) => line.includes('takes-no-answers'))) socket.resume();
      if (socket.writableNeedDrain) await drained(socket);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  });
});

it.each([
  ['in crumbs, while it takes no answers', 'crumbs'],
  ['after its session was ended', 'ended'],
  ['to a channel that never was a session', 'exec'],
])('sends away a peer that sends %s', async (_what, how) => {
  await whileOthersUpload(async () => {
    const { client, socket, channels } = await attackers(1, HUGE_WINDOW);
    const [first] = channels;
    let channel = first as ClientChannel;
    const protocol = protocolOf(client);
    // Never agrees that the channel is closed.
    protocol.channelClose = () => undefined;
    if (how === 'crumbs') await ask(channel, encodeRequest(OPEN));
    if (how === 'ended') {
      channel.write(Buffer.alloc(8, 0xff));
      await once(channel, 'exit');
    }
    if (how === 'exec') {
      channel = await new Promise<ClientChannel>((resolve, reject) =>
        client.exec('ls', (error, opened) => (error ? reject(error) : resolve(opened))),
      );
    }
    const id = idOf(channel);
    if (how === 'crumbs') {
      socket.pause();
      channel.write(repeat(READ, 1000));
    }
    const piece = how === 'crumbs' ? Buffer.alloc(1) : Buffer.alloc(30_000);
    while (!socket.closed) {
      for (let n = 0; n < 100 && protocol._destruct !== undefined; n++) protocol.channelData(id, piece);
      // A paused socket does not see that it was closed.
      if (spawned.lines.some((line) => line.includes('sends-too-much'))) socket.resume();
      if (socket.writableNeedDrain) await drained(socket);
      else await new Promise((resolve) => setImmediate(resolve));
    }
  });
});
