// Command lines of every kind, by the thousand, against a server in a process of its own: each is answered, in order, with a code that it may
// have; nothing outside the client's folder is read or touched; the process lives on and holds no more than before. A long run:
//   FTPS_FUZZ_LINES=200000 FTPS_FUZZ_SEEDS=1,2,3,4,5,6,7,8 npx jest test/ftps/random-commands

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnDoor, type SpawnedDoor } from '../sftp/support/spawn-door';
import { until } from '../sftp/support/until';
import { FtpPeer } from './support/ftp-peer';
import { pick, randomCommand, randomFrom, type Random, type Said } from './support/random-commands';

const SEEDS = (process.env['FTPS_FUZZ_SEEDS'] ?? '1').split(',').map(Number);
const LINES = Number(process.env['FTPS_FUZZ_LINES'] ?? 4_000);
const MAX_MEMORY = 250;
const SECRET = 'of-another-client-or-of-ours';

let directory: string;
let spawned: SpawnedDoor;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ftps-random-'));
  for (const folder of ['', 'clients/globex', 'clients/acme/.bak', 'work']) {
    mkdirSync(join(directory, folder), { recursive: true });
    if (!folder.includes('acme')) writeFileSync(join(directory, folder, 'canary.csv'), SECRET);
  }
  writeFileSync(join(directory, 'clients/acme/.bak/a.csv'), 'their own\n');
  spawned = await spawnDoor(directory, { ftps: true });
});
afterAll(async () => {
  await spawned.stop();
  await rm(directory, { recursive: true });
});

const logIn = (): Promise<FtpPeer> => FtpPeer.logIn({ ftps: spawned.ftps! });

/** All that lies outside the client's folder and its uploads. */
function outside(): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length))
    .filter((name) => !/^\/(clients|uploads)\/acme\//.test(name))
    .map((name) => `${name} ${name.includes('canary') ? readFileSync(join(directory, name), 'utf8') : ''}`)
    .sort();
}

/** Sends all at once. Behind each line goes one whose answer has its number in it: an answer too few, or out of order, shows at once. */
async function converse(peer: FtpPeer, said: readonly Said[]): Promise<void> {
  peer.say(Buffer.concat(said.flatMap(({ line }, n) => [line, Buffer.from(`\r\nREST ${n}\r\n`)])));
  for (const [n, { line, codes }] of said.entries()) {
    const answer = await peer.reply();
    const shown = line.subarray(0, 80).toString();
    expect([shown, answer, codes.includes(Number(answer.slice(0, 3)))]).toEqual([shown, answer, true]);
    expect(answer).not.toContain(SECRET);
    expect([shown, await peer.reply()]).toEqual([shown, `350 Starting at ${n}`]);
  }
}

/** A file or a listing, there or back, whole or broken off. */
async function transfer(peer: FtpPeer, random: Random): Promise<void> {
  const name = pick(random, ['a.csv', 'b.csv', '/users.csv', 'ü€.csv', '../globex/canary.csv', '.bak/a.csv']);
  const verb = pick(random, ['STOR', 'APPE', 'RETR', 'LIST', 'NLST', 'MLSD']);
  if (verb === 'STOR' || verb === 'APPE') {
    const answer = await peer.put(`${verb} ${name}`, 'a,b\r\n').catch((error: Error) => error.message);
    expect([verb, name, answer]).toEqual([verb, name, expect.stringMatching(/^(226|55[02]) /)]);
  } else {
    const got = await peer.get(`${verb} ${name}`).catch((error: Error) => error.message);
    expect(got).not.toContain(SECRET);
  }
}

it.each(SEEDS)(
  'seed %i',
  async (seed) => {
    const random = randomFrom(seed);
    const share = Math.ceil(LINES / SEEDS.length);
    (await logIn()).end();
    await until('the descriptors are those of a server at rest', () => spawned.descriptors() > 0);
    const before = { files: outside(), descriptors: spawned.descriptors() };
    let peer = await logIn();
    for (let sent = 0; sent < share;) {
      const said = Array.from({ length: 1 + Math.floor(random() * 40) }, () => randomCommand(random));
      await converse(peer, said);
      sent += 2 * said.length;
      if (random() < 0.3) await transfer(peer, random);
      if (random() < 0.1) {
        // Some leave in the middle of a line, or of answers that they do not wait for.
        if (random() < 0.5) peer.say(Buffer.concat([...said.flatMap(({ line }) => [line, Buffer.from('\r\n')]), Buffer.from('STOR half')]));
        if (random() < 0.5) peer.reset();
        else peer.end();
        peer = await logIn();
      }
    }
    peer.end();
    expect(outside()).toEqual(before.files);
    await until('its descriptors are closed', () => spawned.descriptors() <= before.descriptors);
    expect(spawned.peakMemory()).toBeLessThan(MAX_MEMORY);
    expect(spawned.isGone()).toBe(false);
    expect(spawned.lines.filter((line) => /Answering a command failed|A control connection broke/.test(line))).toEqual([]);
  },
  60_000 + LINES * 20,
);
