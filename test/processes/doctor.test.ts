// What the doctor makes of what it finds: each check in good health and in each of its illnesses, with what to do.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFileStore } from '../../src/adapters/files/file-store';
import type { ImportRun } from '../../src/domain/import-run';
import type { ImportState } from '../../src/domain/import-state';
import { checkAtWork } from '../../src/processes/doctor/check-at-work';
import { fileSystemTime, judgeClocks, readClock } from '../../src/processes/doctor/check-clock';
import { loadHostKeys } from '../../src/sftp/ssh/host-keys';
import { checkDataDirectory, checkDiskSpace, checkHostKeys, judgeDiskSpace } from '../../src/processes/doctor/check-data-directory';
import { checkSilentClients, checkStuckClaims, checkWaitingImports } from '../../src/processes/doctor/check-imports';
import { checkLeftovers } from '../../src/processes/doctor/check-leftovers';
import { judgeSchedule, tellSchedules } from '../../src/processes/doctor/check-schedules';
import { judgeWorkers } from '../../src/processes/doctor/check-temporal';
import { aClient, aRun } from '../cli/fake-deps';

const DAY = 86_400_000;
const GiB = 1024 ** 3;
const now = new Date('2026-11-20T19:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'imports-doctor-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function leave(importId: string, name: string): void {
  mkdirSync(path.join(dir, 'work', importId), { recursive: true });
  writeFileSync(path.join(dir, 'work', importId, name), '');
}

const expecting = (id: string) => ({ ...aClient(id), settings: { ...aClient(id).settings, expectFileEvery: '26h' } });
const still = { now, sleep: async () => undefined };

/** Imports as the database has them. */
function importsOf(...runs: ImportRun[]) {
  return {
    find: async (id: string) => runs.find(({ importId }) => importId === id),
    list: async ({ clientId, states }: { clientId?: string; states?: readonly ImportState[] }) =>
      runs.filter((run) => (clientId ?? run.clientId) === run.clientId && (states?.includes(run.state) ?? true)),
    waiting: async (state: ImportState) => ({ count: runs.filter((run) => run.state === state).length, oldest: null }),
  };
}

test('names a data directory that is there, and says what to do about one that is not', async () => {
  expect(await checkDataDirectory(dir)).toEqual({ ok: true, detail: dir });
  expect(await checkDataDirectory(path.join(dir, 'none'))).toMatchObject({ ok: false, todo: expect.stringContaining('IMPORTS_DATA_DIR') });
});

test.each([
  [{ freeBytes: 70 * GiB, bytes: 250 * GiB, freeFiles: 1e6 }, true, '70.0 GiB free (28 %)'],
  [{ freeBytes: 70 * GiB, bytes: 250 * GiB, freeFiles: null }, true, '70.0 GiB free (28 %)'],
  [{ freeBytes: 0.5 * GiB, bytes: 250 * GiB, freeFiles: 1e6 }, false, '0.5 GiB free (0 %)'],
  [{ freeBytes: 70 * GiB, bytes: 250 * GiB, freeFiles: 12 }, false, 'room for 12 more files only'],
])('judges the room on disk: %j', (disk, ok, detail) => {
  expect(judgeDiskSpace(disk)).toMatchObject({ ok, detail });
});

test('reads the room of a real disk', async () => {
  expect((await checkDiskSpace(dir)).detail).toMatch(/GiB free|more files only/);
});

test('misses host keys that are gone, and minds keys that others may read', async () => {
  expect(await checkHostKeys(dir)).toMatchObject({ ok: false, todo: expect.stringContaining('backup') });
  const { fingerprints } = await loadHostKeys(path.join(dir, 'keys'));
  expect(await checkHostKeys(dir)).toEqual({ ok: true, detail: fingerprints.join(', ') });
  expect(fingerprints.join()).toMatch(/ssh-ed25519 SHA256:/);
  chmodSync(path.join(dir, 'keys/ssh_host_rsa_key'), 0o644);
  expect(await checkHostKeys(dir)).toMatchObject({ ok: false, detail: 'readable by others: ssh_host_rsa_key' });
});

describe('clocks', () => {
  test.each([
    [[{ name: 'MongoDB', aheadMs: 1_500 }], true, 'agrees with MongoDB'],
    [[{ name: 'MongoDB', aheadMs: null }], true, 'nobody else tells the time'],
    [
      [
        { name: 'MongoDB', aheadMs: -3_000 },
        { name: 'Temporal', aheadMs: 90_000 },
      ],
      false,
      'MongoDB is 3 s behind, Temporal is 90 s ahead',
    ],
  ])('%j', (readings, ok, detail) => {
    expect(judgeClocks(readings)).toMatchObject({ ok, detail });
  });

  test('are read with the length of the call allowed for; one that cannot be read says nothing', async () => {
    expect(await readClock('same', async () => new Date())).toEqual({ name: 'same', aheadMs: 0 });
    expect((await readClock('ahead', async () => new Date(Date.now() + 60_000))).aheadMs).toBeGreaterThan(59_000);
    expect(await readClock('gone', () => Promise.reject(new Error('gone')))).toEqual({ name: 'gone', aheadMs: null });
  });

  test('of the file system leave nothing behind', async () => {
    expect(Math.abs((await fileSystemTime(dir)).getTime() - Date.now())).toBeLessThan(60_000);
    expect(readdirSync(dir)).toEqual([]);
  });
});

test.each([
  ['missing', undefined],
  ['paused', { paused: true, note: 'asked by phone', next: undefined }],
  ['well', { paused: false, note: undefined, next: new Date(now.getTime() + 60_000) }],
  ['well', { paused: false, note: undefined, next: ago(30_000) }],
  ['overdue', { paused: false, note: undefined, next: ago(180_000) }],
  ['overdue', { paused: false, note: undefined, next: undefined }],
] as const)('calls a schedule %s: %j', (verdict, schedule) => {
  expect(judgeSchedule(schedule, now)).toBe(verdict);
});

describe('tells of schedules', () => {
  const running = { paused: false, note: undefined, last: ago(60_000), next: new Date(now.getTime() + 60_000), missed: 0 };
  const clients = [aClient('acme'), aClient('zenith')];
  const tell = (seen: Readonly<Record<string, typeof running>>) =>
    tellSchedules(['scan/every-5m', 'silence'], new Map(Object.entries(seen)), new Map([['every-5m', clients]]), now);

  test('how many are in force and when files were last looked for', () => {
    expect(tell({ 'scan/every-5m': running, silence: running })).toEqual({
      ok: true,
      detail: '2 schedules in force; last scan 2026-11-20T18:59Z',
    });
  });

  test('ticks that nobody made up for, and what an operator paused with the note', () => {
    const paused = { ...running, paused: true, note: 'asked by phone' as never };
    expect(tell({ 'scan/every-5m': { ...running, missed: 3 }, silence: paused })).toEqual({
      ok: true,
      detail:
        '1 schedule in force; paused in Temporal: silence (asked by phone); ticks missed so far: scan/every-5m 3; last scan 2026-11-20T18:59Z',
    });
  });

  test('a setting without a schedule, with its clients and how to learn why', () => {
    expect(tell({ silence: running })).toEqual({
      ok: false,
      detail: 'missing: scan/every-5m of acme, zenith',
      todo: 'Make it, or see why Temporal refuses it: imports client enable acme',
    });
  });

  test('a standing one that is missing', () => {
    expect(tell({ 'scan/every-5m': running })).toMatchObject({ ok: false, todo: 'Start a worker: it makes them' });
  });
});

test('misses a worker', () => {
  expect(judgeWorkers({ live: 2, last: now })).toEqual({ ok: true, detail: '2 at work' });
  expect(judgeWorkers({ live: 0, last: null })).toMatchObject({ ok: false, todo: expect.stringContaining('imports up') });
});

test('names clients that are silent for longer than agreed, and no others', async () => {
  const imports = importsOf(aRun('late-1', { receivedAt: ago(27 * 3_600_000) }), aRun('early-1', { receivedAt: ago(3_600_000) }));
  expect(await checkSilentClients(imports, [expecting('early'), aClient('unwatched')], now)).toEqual({ ok: true, detail: 'none of 1' });
  expect(await checkSilentClients(imports, [expecting('late'), expecting('early')], now)).toMatchObject({
    ok: false,
    detail: 'nothing for longer than agreed from late',
    todo: 'See what came last: imports list --client late',
  });
});

test('tells which imports wait for a word, and which word, without calling that ill', async () => {
  expect(await checkWaitingImports(importsOf(aRun('acme-1')))).toEqual({ ok: true, detail: 'none' });
  const waiting = await checkWaitingImports(importsOf(aRun('acme-1', { state: 'failed' }), aRun('acme-2', { state: 'held' })));
  expect(waiting).toEqual({
    ok: true,
    detail: '1 failed: acme-1; 1 held: acme-2',
    todo: 'imports retry acme-1 --reason "…"; imports approve acme-2 --reason "…" (or decline)',
  });
});

test('tells imports at which nobody is at work, and those whose steps are tried again', async () => {
  const runs = importsOf(aRun('acme-1', { state: 'applying' }), aRun('acme-2', { state: 'reporting' }), aRun('acme-3'));
  const trouble = { step: 'sendReport', tries: 3, why: 'x', nextTryAt: null };
  const look = (running: readonly string[], troubled: readonly string[]) =>
    checkAtWork(runs, {
      isRunning: async (id) => running.includes(id),
      troubles: async (id) => (troubled.includes(id) ? [trouble] : []),
    });
  expect(await look(['acme-1', 'acme-2'], [])).toEqual({ ok: true, detail: '2 imports' });
  expect(await look(['acme-1', 'acme-2'], ['acme-2'])).toEqual({
    ok: true,
    detail: '1 import waits for a step that is tried again: acme-2',
    todo: 'Why, and when next: imports show acme-2',
  });
  expect(await look(['acme-2'], ['acme-2'])).toEqual({
    ok: false,
    detail: 'nobody is at work on acme-1: terminated in Temporal',
    todo: 'imports retry acme-1 --reason "…" (or undo)',
  });
});

test('calls a claim stuck that is old and still there at a second look', async () => {
  const claiming = aRun('acme-7', { state: 'claiming', receivedAt: ago(11 * 60_000) });
  expect(await checkStuckClaims(importsOf(claiming), still)).toMatchObject({ ok: false, todo: 'Look again: imports scan acme' });
  expect(await checkStuckClaims(importsOf({ ...claiming, receivedAt: ago(60_000) }), still)).toMatchObject({ ok: true });
  const runs = [claiming];
  const imports = { list: async () => [...runs] };
  expect(await checkStuckClaims(imports, { now, sleep: async () => void runs.pop() })).toMatchObject({ ok: true });
});

describe('leftovers', () => {
  const tomorrow = new Date(Date.now() + 2 * DAY);
  const look = (imports = importsOf(), at = tomorrow) => checkLeftovers(dir, { files: createFileStore(dir), imports, now: at });

  test('are none in an empty directory', async () => {
    expect(await look()).toEqual({ ok: true, detail: 'none' });
  });

  test.each([
    ['that no import knows', []],
    ['of an import that has ended', [aRun('acme-1')]],
  ])("are ill when one is a client's file %s", async (_whose, runs) => {
    leave('acme-1', 'source');
    expect(await look(importsOf(...runs))).toMatchObject({ ok: false, detail: expect.stringContaining('work/acme-1/source') });
    expect(await look(importsOf(...runs), new Date())).toMatchObject({ ok: true });
  });

  test('of ended imports are left to housekeeping, those of open ones are none', async () => {
    leave('acme-1', 'ids');
    leave('acme-2', 'source');
    const found = await look(importsOf(aRun('acme-1'), aRun('acme-2', { state: 'held' })));
    expect(found).toMatchObject({ ok: true, detail: 'of 1 ended import in work/', todo: expect.stringContaining('Housekeeping') });
  });

  test('are uploads that were broken off more than a day ago', async () => {
    mkdirSync(path.join(dir, 'uploads/acme'), { recursive: true });
    for (const name of ['part', 'part.json']) writeFileSync(path.join(dir, 'uploads/acme', name), '');
    utimesSync(path.join(dir, 'uploads/acme/part'), 0, 0);
    expect(await look()).toMatchObject({ ok: true, detail: '1 broken-off upload is over a day old' });
    writeFileSync(path.join(dir, 'uploads/acme/other'), '');
    utimesSync(path.join(dir, 'uploads/acme/other'), 0, 0);
    expect(await look()).toMatchObject({ ok: true, detail: '2 broken-off uploads are over a day old' });
    expect(await look(importsOf(), new Date())).toEqual({ ok: true, detail: 'none' });
  });
});
