// A worker or front door that starts before its services, as containers do after a power cut: it waits, says so once, and goes to work.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pickPort } from '../../src/embedded/pick-port';
import { ANY_PORTS, cleanEnvironment } from '../support/services';
import { sharedServices, type SharedServices } from '../support/shared-services';
import { sleep, until } from '../support/product';

const processes = path.join(__dirname, '../../dist/src/processes');
const dataDir = mkdtempSync(path.join(tmpdir(), 'imports-waits-'));
const ends: (() => void)[] = [];
let services: SharedServices;

beforeAll(async () => {
  services = await sharedServices();
}, 900_000);
afterEach(() => {
  for (const end of ends.splice(0)) end();
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Where nobody answers until `open` is called; then this service does. */
async function closedDoor(to: string) {
  const [host = '', port = ''] = to.split(':');
  const own = await pickPort(0);
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    const there = net.connect(Number(port), host);
    for (const end of [socket, there]) {
      sockets.add(end);
      end.on('error', () => end.destroy());
    }
    socket.pipe(there).pipe(socket);
  });
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { address: `127.0.0.1:${own}`, open: () => void server.listen(own, '127.0.0.1') };
}

function start(name: 'worker' | 'sftp', env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [path.join(processes, `${name}.js`)], {
    env: { ...cleanEnvironment(), ...ANY_PORTS, IMPORTS_DATA_DIR: dataDir, SMTP_URL: services.smtpUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()));
  ends.push(() => child.kill('SIGKILL'));
  return { child, lines: (word: string) => said.split('\n').filter((line) => line.includes(word)) };
}

const hostOf = (uri: string) => /\/\/([^/]+)/.exec(uri)![1]!;

it.each([
  ['worker', 'MongoDB'],
  ['worker', 'Temporal'],
  ['sftp', 'MongoDB'],
] as const)('a %s waits for %s, saying so once, and is ready when it is there', async (name, away) => {
  const { mongodbUri, temporalAddress } = services;
  const real = away === 'MongoDB' ? hostOf(mongodbUri) : temporalAddress;
  const door = await closedDoor(real);
  const { child, lines } = start(name, {
    MONGODB_URI: away === 'MongoDB' ? mongodbUri.replace(real, door.address) : mongodbUri,
    TEMPORAL_ADDRESS: away === 'Temporal' ? door.address : temporalAddress,
  });
  await until('it to say what it waits for', async () => lines('waiting for a service').length > 0);
  await sleep(12_000);
  expect(lines('waiting for a service')).toEqual([expect.stringContaining(away)]);
  expect([child.exitCode, lines(`${name} is ready`)]).toEqual([null, []]);
  door.open();
  await until('it to be ready', async () => lines(`${name} is ready`).length === 1);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});

it('one that waits ends at once when it is asked to', async () => {
  const { child, lines } = start('worker', { MONGODB_URI: 'mongodb://127.0.0.1:9/x', TEMPORAL_ADDRESS: services.temporalAddress });
  await until('it to wait', async () => lines('waiting for a service').length > 0);
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
