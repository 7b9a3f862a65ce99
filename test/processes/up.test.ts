// `imports up` as a supervisor and an operator see it: started, killed in parts and as a whole, ended. Runs the build (npm test makes it).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { Product, run, sleep, until } from '../support/product';

const bin = path.join(__dirname, '../../dist/src/processes/imports.js');
const product = new Product();
const runFile = (name: string) => path.join(product.data, 'run', name);
const pidIn = (file: string) => Number(readFileSync(runFile(file), 'utf8'));
const PARTS = ['worker', 'sftp', 'temporal', 'mongo'];

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The part runs under another pid, and everything is well. */
async function comesBack(part: string, old: number): Promise<void> {
  await until(`${part} to be started again`, async () => existsSync(runFile(`${part}.pid`)) && pidIn(`${part}.pid`) !== old);
  await until(`all to be well after ${part}`, async () => (await product.cli('doctor')).code === 0);
}

beforeAll(() => product.up());
afterAll(() => product.end());

test('tells where everything is', async () => {
  const said = readFileSync(product.log, 'utf8');
  const { sftp, temporalUi, temporalAddress, mongodbUri } = product.endpoints;
  for (const address of [String(sftp.port), temporalUi, temporalAddress, mongodbUri, path.join(product.data, 'mail')])
    expect(said).toContain(address);
  expect(said).toMatch(/^Starting Temporal, MongoDB, a mail catcher, the worker and the front door …\n/);
  // The link stays in one piece.
  expect(said.split('\n').filter((line) => line.length > 80 && !line.startsWith('http'))).toEqual([]);
  expect(said).toContain('/workflows?query=WorkflowType%3D%22importFile%22\n');
  expect((await product.cli('doctor')).stdout).toContain('All is well.');
});

test('a second one on the same data is refused, and the first goes on', async () => {
  const { code, stderr } = await product.cli('up');
  expect(code).toBe(1);
  expect(stderr).toContain('another one is running');
  expect(isAlive(pidIn('up.pid'))).toBe(true);
  expect((await product.cli('doctor')).code).toBe(0);
});

test.each(PARTS)('%s is started again after kill -9, at the same address', async (part) => {
  const before = product.endpoints;
  const pid = pidIn(`${part}.pid`);
  process.kill(pid, 'SIGKILL');
  await comesBack(part, pid);
  expect(product.endpoints).toEqual(before);
});

test('a front door that hangs is replaced', async () => {
  const pid = pidIn('sftp.pid');
  process.kill(pid, 'SIGSTOP');
  await comesBack('sftp', pid);
  expect(isAlive(pid)).toBe(false);
});

test('data survive kill -9 of the whole; nothing is left running, and the next start finds its place free', async () => {
  await product.addClient('acme');
  const parts = PARTS.map((part) => pidIn(`${part}.pid`));
  process.kill(pidIn('up.pid'), 'SIGKILL');
  await product.down();
  await until('all parts to end', async () => !parts.some(isAlive));
  // The addresses of the killed one still lie there until the next start takes them away.
  await product.up();
  await until('all to be well again', async () => (await product.cli('doctor')).code === 0);
  expect((await product.cli('client', 'list')).stdout).toContain('acme');
});

test('SIGTERM ends everything in order, with exit code 0', async () => {
  const pids = [...PARTS, 'up'].map((part) => pidIn(`${part}.pid`));
  expect(await product.down()).toBe(0);
  expect(pids.filter(isAlive)).toEqual([]);
  expect(readdirSync(path.join(product.data, 'run')).filter((name) => !name.endsWith('.log'))).toEqual([]);
});

test('SIGTERM in the middle of a start ends what was started, with exit code 0', async () => {
  const child = spawn(process.execPath, [bin, 'up'], { env: product.env, stdio: 'ignore' });
  await until('the first part to start', async () => existsSync(runFile('temporal.pid')));
  const pid = pidIn('temporal.pid');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await sleep(200);
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(runFile('endpoints.json'))).toBe(false);
});

test('a port that is taken is told with the setting to change, and nothing is left running', async () => {
  const other = net.createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as net.AddressInfo;
  const { code, stderr } = await run(process.execPath, [bin, 'up'], { ...product.env, IMPORTS_SFTP_PORT: String(port) });
  expect(code).toBe(3);
  expect(stderr).toMatch(new RegExp(`port ${port} failed \\(EADDRINUSE\\)\\. Choose another IMPORTS_SFTP_PORT`));
  expect(readdirSync(path.join(product.data, 'run')).filter((name) => !name.endsWith('.log'))).toEqual([]);
  await new Promise((resolve) => other.close(resolve));
});
