import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  endpointsPath,
  pidPath,
  readEndpoints,
  removeEndpoints,
  requireEndpoint,
  resolveEndpoints,
  writeEndpoints,
  type Endpoints,
} from '../../src/config/endpoints';
import { loadConfig } from '../../src/config/load-config';
import { ImportsError } from '../../src/errors';

const running: Endpoints = {
  sftp: { host: '127.0.0.1', port: 2222 },
  mongodbUri: 'mongodb://127.0.0.1:27018/imports',
  temporalAddress: '127.0.0.1:7234',
  temporalUi: 'http://127.0.0.1:8234',
  smtpUrl: 'smtp://127.0.0.1:1026',
};
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'imports-endpoints-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** As `imports up` leaves it while this process is it. */
async function isUp(pid: number = process.pid): Promise<void> {
  await writeEndpoints(dataDir, running);
  await writeFile(pidPath(dataDir), String(pid));
}
const resolve = (env: Readonly<Record<string, string>> = {}) => resolveEndpoints(loadConfig({ ...env, IMPORTS_DATA_DIR: dataDir }));

test('what was written is read, by the owner only, with nothing left beside it', async () => {
  await writeEndpoints(dataDir, running);
  await writeEndpoints(dataDir, running);
  expect(await readEndpoints(dataDir)).toEqual(running);
  expect((await stat(endpointsPath(dataDir))).mode & 0o777).toBe(0o600);
  expect(await readdir(path.join(dataDir, 'run'))).toEqual(['endpoints.json']);
});

test('nothing is known when nothing runs and nothing is set', async () => {
  const nothing = { lookedIn: { dataDir, isLeftBehind: false } };
  expect(await resolve()).toEqual(nothing);
  await isUp();
  await removeEndpoints(dataDir);
  await removeEndpoints(dataDir);
  expect(await resolve()).toEqual(nothing);
});

test('the environment wins over what runs', async () => {
  await isUp();
  expect(await resolve()).toMatchObject(running);
  expect(await resolve({ MONGODB_URI: 'mongodb://db.example/imports', SMTP_URL: 'smtps://mail.example' })).toMatchObject({
    ...running,
    mongodbUri: 'mongodb://db.example/imports',
    smtpUrl: 'smtps://mail.example',
  });
});

test('the UI of the embedded server is not shown for the workflows of another', async () => {
  await isUp();
  const other = { TEMPORAL_ADDRESS: 'temporal.example:7233' };
  expect(await resolve(other)).toMatchObject({ temporalAddress: 'temporal.example:7233', temporalUi: null });
  expect(await resolve({ ...other, IMPORTS_TEMPORAL_UI_URL: 'https://ui.example' })).toMatchObject({ temporalUi: 'https://ui.example' });
});

test('a service that nobody named is unreachable, and the message says what to set', () => {
  expect(requireEndpoint(running, 'smtpUrl')).toBe(running.smtpUrl);
  expect(() => requireEndpoint({}, 'mongodbUri')).toThrow(ImportsError);
  expect(() => requireEndpoint({}, 'mongodbUri')).toThrow(/MongoDB.*imports up.*MONGODB_URI/);
});

test('a service that nobody named is told with the data directory that was looked at', async () => {
  const known = await resolve();
  expect(() => requireEndpoint(known, 'mongodbUri')).toThrow(`No MongoDB is known: no imports up runs on ${dataDir} (set IMPORTS_DATA_DIR`);
});

describe('addresses that a killed imports up left behind', () => {
  const ended = () => spawnSync(process.execPath, ['-e', '']).pid;

  test.each([
    ['its process is gone', () => isUp(ended())],
    ['its process is not known', () => writeEndpoints(dataDir, running)],
  ])('are not used when %s, and that is what is said', async (_, leave) => {
    await leave();
    const known = await resolve({ SMTP_URL: 'smtps://mail.example' });
    expect(known).toEqual({ lookedIn: { dataDir, isLeftBehind: true }, smtpUrl: 'smtps://mail.example' });
    expect(requireEndpoint(known, 'smtpUrl')).toBe('smtps://mail.example');
    for (const service of ['mongodbUri', 'temporalAddress'] as const) {
      expect(() => requireEndpoint(known, service)).toThrow(
        new ImportsError('UNREACHABLE', `imports up on ${dataDir} is no longer running; start it again: imports up`),
      );
    }
  });
});
