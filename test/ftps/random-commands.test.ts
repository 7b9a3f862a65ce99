// Command lines of every kind, by the thousand, against a server in a process of its own: each is answered, in order, with a code that it may
// have; nothing outside the client's folder is read or touched; the process lives on and holds no more than before. A long run:
//   FTPS_FUZZ_LINES=200000 FTPS_FUZZ_SEEDS=1,2,3,4,5,6,7,8 npx jest test/ftps/random-commands

import { fuzzOrders, openFuzzedDoor, SECRET, type FuzzedDoor } from '../sftp/support/fuzzed-door';
import { below, pick, randomFrom, type Random } from '../sftp/support/random';
import { FtpPeer } from './support/ftp-peer';
import { randomCommand, type Said } from './support/random-commands';

const { seeds, share } = fuzzOrders('FTPS_FUZZ', 'LINES', 4_000);

let fuzzed: FuzzedDoor;
beforeAll(async () => {
  fuzzed = await openFuzzedDoor({ ftps: true });
});
afterAll(() => fuzzed.stop());

const logIn = (): Promise<FtpPeer> => FtpPeer.logIn({ ftps: fuzzed.spawned.ftps! });

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

it.each(seeds)(
  'seed %i',
  async (seed) => {
    const random = randomFrom(seed);
    const first = await logIn();
    await transfer(first, random);
    first.end();
    await fuzzed.remember();
    let peer = await logIn();
    for (let sent = 0; sent < share;) {
      const said = Array.from({ length: 1 + below(random, 40) }, () => randomCommand(random));
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
    await fuzzed.expectUnharmed();
  },
  60_000 + share * 100,
);
