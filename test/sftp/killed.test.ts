// Whoever is killed, and whenever: what is published is whole and was closed, and what was not closed can be resumed.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientChannel } from 'ssh2';
import type { Request } from '../../src/sftp/codec/messages';
import { OPEN_FLAG, STATUS } from '../../src/sftp/codec/protocol';
import { connect, openSftp } from './support/connect';
import type { Step } from './support/door-orders';
import { openFixture, type Fixture } from './support/front-door-fixture';
import { decodeReply, encodeRequest } from './support/peer';
import { spawnDoor, type SpawnedDoor } from './support/spawn-door';

const USERS = Buffer.from('unique_id,active\n' + '000123,1\n'.repeat(30_000));
const BLOCK = 30_000;
const WRITE = OPEN_FLAG.write | OPEN_FLAG.create;

function requestsFor(path: string, offset = 0): Buffer[] {
  const requests: Request[] = [
    { kind: 'init', version: 3 },
    { kind: 'open', id: 1, path: Buffer.from(path), flags: WRITE, attributes: {} },
  ];
  for (let at = offset; at < USERS.length; at += BLOCK) {
    requests.push({ kind: 'write', id: 2, handle: '1', offset: BigInt(at), data: USERS.subarray(at, at + BLOCK) });
  }
  requests.push({ kind: 'close', id: 3, handle: '1' });
  return requests.map(encodeRequest);
}

/** The status that answers the CLOSE; undefined when the connection ended before it came. */
function closeAnswered(channel: ClientChannel): Promise<number | undefined> {
  let received = Buffer.alloc(0);
  return new Promise((resolve) => {
    channel.on('data', (data: Buffer) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 4 && received.length >= 4 + received.readUInt32BE()) {
        const reply = decodeReply(received.subarray(4, 4 + received.readUInt32BE()));
        received = received.subarray(4 + received.readUInt32BE());
        if (reply.kind === 'status' && reply.id === 3) resolve(reply.status);
      }
    });
    channel.on('close', () => resolve(undefined));
  });
}

describe('a client that is killed', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await openFixture();
  });
  afterAll(() => fixture.stop());

  it('at any byte, a hundred times, has published what it closed and nothing else', async () => {
    const closed = new Set<string>();
    const one = async (n: number): Promise<void> => {
      const name = `${n}.csv`;
      const stream = Buffer.concat(requestsFor(`/${name}`));
      // Every tenth gets to its end.
      const cut = n % 10 === 0 ? stream.length : (n * 7919 * 31) % stream.length;
      const client = await connect(fixture);
      client.on('error', () => undefined);
      const channel = await openSftp(client);
      const answered = closeAnswered(channel);
      await new Promise<void>((resolve) => void channel.write(stream.subarray(0, cut), () => resolve()));
      if (cut === stream.length && (await answered) === STATUS.ok) closed.add(name);
      const gone = new Promise<void>((resolve) => client.on('close', () => resolve()));
      client.destroy();
      await gone;
    };
    for (let n = 0; n < 100; n += 5) await Promise.all([0, 1, 2, 3, 4].map((more) => one(n + more)));
    // Waits for the end of every session.
    await fixture.restart();
    const published = readdirSync(join(fixture.dataDir, 'clients', 'acme')).toSorted();
    expect(published).toEqual([...closed].toSorted());
    for (const name of published) expect(readFileSync(fixture.published(name)).equals(USERS)).toBe(true);
  });
});

describe('a front door that is killed', () => {
  let directory: string;
  let door: SpawnedDoor;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'killed-'));
  });
  afterAll(() => rm(directory, { recursive: true }));
  afterEach(() => door.stop());

  const published = (name: string): string => join(directory, 'clients', 'acme', name);

  it.each<[string, Step, 'before' | 'after', 'absent' | 'whole']>([
    ['before the bytes are safe', 'datasync', 'before', 'absent'],
    ['when they are', 'datasync', 'after', 'absent'],
    ['right before it publishes', 'rename', 'before', 'absent'],
    ['right after', 'rename', 'after', 'whole'],
    ['when the name is safe, too', 'directory', 'after', 'whole'],
    ['right before it says so', 'announce', 'before', 'whole'],
  ])('%s, has published all or nothing, and the client can go on', async (_what, step, when, then) => {
    const name = `${step}-${when}.csv`;
    door = await spawnDoor(directory, { dies: { step, when }, quietMs: 50 });
    const client = await connect(door);
    client.on('error', () => undefined);
    const channel = await openSftp(client);
    channel.on('error', () => undefined).resume();
    channel.write(Buffer.concat(requestsFor(`/${name}`)));
    await door.gone;
    expect(existsSync(published(name)) ? 'whole' : 'absent').toBe(then);
    if (then === 'whole') expect(readFileSync(published(name)).equals(USERS)).toBe(true);

    door = await spawnDoor(directory);
    const next = await connect(door);
    const again = await openSftp(next);
    // All of its bytes had come: it continues at their end.
    const answered = closeAnswered(again);
    again.write(Buffer.concat(requestsFor(`/${name}`, then === 'whole' ? 0 : USERS.length)));
    expect(await answered).toBe(STATUS.ok);
    expect(readFileSync(published(name)).equals(USERS)).toBe(true);
    next.end();
  });
});
