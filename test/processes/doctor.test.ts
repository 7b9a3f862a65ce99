// What the doctor makes of what it finds: each check in good health and in each of its illnesses, with what to do.

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFileStore } from '../../src/adapters/files/file-store';
import type { ImportId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import type { ImportQuery } from '../../src/domain/import-stats';
import type { Undo } from '../../src/domain/undo/undo';
import { checkAtWork, checkSilentClients, checkStuckClaims, checkWaitingImports } from '../../src/processes/command/doctor/check-imports';
import { fileSystemTime, judgeClocks, readClock } from '../../src/processes/command/doctor/check-clock';
import { loadHostKeys } from '../../src/sftp/ssh/host-keys';
import { checkDataDirectory, checkDiskSpace, checkHostKeys, judgeDiskSpace } from '../../src/processes/command/doctor/check-data-directory';
import { checkLeftovers } from '../../src/processes/command/doctor/check-leftovers';
import { judgeSchedule, tellSchedules, judgeWorkers } from '../../src/processes/command/doctor/check-temporal';
import { aClient, aRun, isAskedFor } from '../cli/fake-deps';

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
    list: async ({ limit, ...query }: ImportQuery & { readonly limit: number }) =>
      runs.filter((run) => isAskedFor(run, query)).slice(0, limit),
    listIds: async ({ limit, ...query }: ImportQuery & { readonly limit: number }) =>
      runs
        .filter((run) => isAskedFor(run, query))
        .slice(0, limit)
        .map(({ importId }) => importId),
    count: async (query: ImportQuery) => runs.filter((run) => isAskedFor(run, query)).length,
  };
}

test('names a data directory that is there, and says what to do about one that is not', async () => {
  const look = (dataDir: string, ...ids: string[]) =>
    checkDataDirectory(
      dataDir,
      createFileStore(dataDir),
      ids.map((id) => aClient(id)),
    );
  expect(await look(dir)).toEqual({ finding: { ok: true, detail: dir }, isOurs: true });
  const todo = expect.stringContaining('IMPORTS_DATA_DIR') as string;
  expect(await look(path.join(dir, 'none'))).toMatchObject({ finding: { ok: false, todo }, isOurs: false });
  // One that is there, but is another installation's, or nobody's.
  const detail = `no folder of acme, zenith in ${dir}/clients`;
  expect(await look(dir, 'acme', 'zenith')).toMatchObject({ finding: { ok: false, detail, todo }, isOurs: false });
  mkdirSync(path.join(dir, 'clients/acme'), { recursive: true });
  expect(await look(dir, 'acme')).toEqual({ finding: { ok: true, detail: dir }, isOurs: true });
  expect(await look(dir, 'acme', 'zenith')).toMatchObject({
    finding: { ok: false, todo: 'Restore it from the backup, or make an empty one: imports client enable zenith' },
    isOurs: true,
  });
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
    [[{ name: 'MongoDB', aheadMs: null }], true, 'no other clock could be read'],
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
      detail: '2 schedules in force; last scan 60 seconds ago',
    });
  });

  test('ticks that nobody made up for, and what an operator paused with the note', () => {
    const paused = { ...running, paused: true, note: 'asked by phone' as never };
    expect(tell({ 'scan/every-5m': { ...running, missed: 3 }, silence: paused })).toEqual({
      ok: true,
      detail:
        '1 schedule in force; paused in Temporal: silence (asked by phone); ticks missed so far: scan/every-5m 3; last scan 60 seconds ago',
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
  const undos = { needing: async () => [] };
  const outbox = notTold();
  expect(await checkWaitingImports({ imports: importsOf(aRun('acme-1')), undos, outbox })).toEqual({ ok: true, detail: 'none' });
  const waiting = await checkWaitingImports({
    imports: importsOf(aRun('acme-1', { state: 'failed' }), aRun('acme-2', { state: 'held' })),
    undos,
    outbox,
  });
  expect(waiting).toEqual({
    ok: true,
    detail: 'acme-1 failed, acme-2 held',
    todo: 'What happened, and what to type: imports show ID',
    needsYou: '2 need you: acme-1 failed, acme-2 held → imports show ID',
  });
  const many = Array.from({ length: 12 }, (_, i) => aRun(`acme-${i + 1}`, { state: 'cancelled' }));
  expect(await checkWaitingImports({ imports: importsOf(...many), undos, outbox })).toMatchObject({
    detail: 'acme-1, acme-2, acme-3, acme-4, acme-5 and 7 more cancelled',
  });
  const untold = { report: 'failed', finishedAt: now } as const;
  expect(
    await checkWaitingImports({ imports: importsOf(aRun('acme-1', untold), aRun('acme-2', { ...untold, expiredAt: now })), undos, outbox }),
  ).toMatchObject({
    needsYou: '1 needs you: acme-1 whose e-mail was not sent → imports show acme-1',
  });
  const undone = (importId: string, failure: string | null) => ({ importId, failure }) as Undo;
  const stopped = { needing: async () => [undone('acme-3', 'It was cancelled.'), undone('acme-2', null)] };
  expect(await checkWaitingImports({ imports: importsOf(), undos: stopped, outbox })).toMatchObject({
    needsYou: '2 need you: acme-3 half undone, acme-2 whose e-mail about the undo was not sent → imports show ID',
  });
});

test.each([
  [['acme-3'], '3 need you: acme-1 failed, acme-3 held, and its administrator was not told, acme-2 held → imports show ID'],
  [['acme-2', 'acme-3'], '3 need you: acme-1 failed, acme-2 and acme-3 held, and their administrators were not told → imports show ID'],
])('tells of held imports whether their administrator was asked: not about %s', async (ids, needsYou) => {
  const imports = importsOf(aRun('acme-1', { state: 'failed' }), aRun('acme-2', { state: 'held' }), aRun('acme-3', { state: 'held' }));
  expect(await checkWaitingImports({ imports, undos: { needing: async () => [] }, outbox: notTold(...ids) })).toMatchObject({ needsYou });
});

/** About these imports, the administrator could not be told. */
const notTold = (...ids: readonly string[]) => ({
  failedAmong: async (asked: readonly ImportId[]) => new Set(asked.filter((id) => ids.includes(id))),
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
    expect(found).toMatchObject({ ok: true, detail: expect.stringMatching(/^of 1 ended import in work\/; housekeeping/) });
    expect(found).not.toHaveProperty('todo');
  });

  test('are uploads that were broken off more than a day ago', async () => {
    mkdirSync(path.join(dir, 'uploads/acme'), { recursive: true });
    for (const name of ['part', 'part.json']) writeFileSync(path.join(dir, 'uploads/acme', name), '');
    utimesSync(path.join(dir, 'uploads/acme/part'), 0, 0);
    expect(await look()).toMatchObject({ ok: true, detail: expect.stringMatching(/^1 broken-off upload is over a day old/) });
    writeFileSync(path.join(dir, 'uploads/acme/other'), '');
    utimesSync(path.join(dir, 'uploads/acme/other'), 0, 0);
    expect(await look()).toMatchObject({ ok: true, detail: expect.stringMatching(/^2 broken-off uploads are over a day old/) });
    expect(await look(importsOf(), new Date())).toEqual({ ok: true, detail: 'none' });
  });
});
