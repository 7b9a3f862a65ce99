// What the front door says of files that no import has taken: exact, cheap, and without a database.

import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SETTINGS, type Client, type ClientSettings } from '../../src/domain/client';
import { watchWaiting } from '../../src/door/watch-waiting';
import { clientId } from '../sftp/support/front-door-fixture';

let dataDir: string;
beforeEach(() => void (dataDir = mkdtempSync(join(tmpdir(), 'waiting-'))));
afterEach(() => rmSync(dataDir, { recursive: true }));

const client = (id: string, settings: Partial<ClientSettings> = {}, more: Partial<Client> = {}): Client => ({
  clientId: clientId(id),
  enabled: true,
  settings: { ...DEFAULT_SETTINGS, failedImportEmail: 'a@b.example', replyToAdminEmail: 'c@d.example', ...settings },
  ...more,
});

/** When it was last touched. */
function put(path: string): Date {
  const file = join(dataDir, 'clients', path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, 'x');
  return new Date(statSync(file).ctimeMs);
}

const NIGHTLY = { schedule: { cron: '0 3 * * *', timeZone: 'UTC' }, startOnUpload: false } as const;
const NOBODY = { files: 0, oldest: null };

it('tells how many files wait and since when, apart by how soon they are expected to be taken', async () => {
  const oldest = put('acme/first.csv');
  put('acme/second.csv');
  put('acme/half.csv.part');
  put('acme/.bak/done.csv');
  put('just-added/users.csv');
  const nightly = put('nightly/users.csv');
  const paused = put('paused/users.csv');
  put('off/users.csv');
  put('learn/uploads/user-import.csv');
  const pause = { at: new Date(), by: 'ops', reason: 'moving' };
  const list = async () => [
    client('acme', { schedule: { every: '5m' } }),
    client('nightly', NIGHTLY),
    client('paused', {}, { paused: pause }),
    client('off', {}, { enabled: false }),
    client('learn', { profile: 'agylia' }),
    client('never-came'),
  ];
  expect(await watchWaiting({ dataDir, clients: { list } })()).toEqual({
    prompt: { files: 3, oldest },
    scheduled: { files: 1, oldest: nightly },
    paused: { files: 2, oldest: paused },
  });
});

it('goes by what it knows of the clients when the database does not answer, and tells a file of an unknown one', async () => {
  let answer: () => Promise<Client[]> = async () => [client('nightly', NIGHTLY)];
  const find = watchWaiting({ dataDir, clients: { list: () => answer() }, goodForMs: -Infinity });
  expect(await find()).toEqual({ prompt: NOBODY, scheduled: NOBODY, paused: NOBODY });
  put('nightly/users.csv');
  put('other/users.csv');
  await new Promise((resolve) => setTimeout(resolve, 100));
  for (const failing of [() => Promise.reject(new Error('down')), () => new Promise<never>(() => undefined)]) {
    answer = failing;
    let found = await find();
    // A look is kept for nine times as long as it took.
    while (found.prompt.files === 0) found = await find();
    expect([found.prompt.files, found.scheduled.files]).toEqual([1, 1]);
  }
});

it('looks once for all who ask, and not again while the look is good', async () => {
  const list = jest.fn(async () => [client('acme')]);
  const find = watchWaiting({ dataDir, clients: { list } });
  put('acme/users.csv');
  const [one, other] = await Promise.all([find(), find()]);
  rmSync(join(dataDir, 'clients/acme/users.csv'));
  expect([one, other, await find()]).toEqual([one, one, one]);
  expect(one?.prompt.files).toBe(1);
  expect(list).toHaveBeenCalledTimes(1);
});
