// Schedules at a real Temporal server of their own: what is made, what is refused, and what an operator's pause survives.

import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { applyScanSchedules, tryScanSchedule } from '../../../src/adapters/temporal/scan-schedules';
import { putSchedule, seeScans, seeSchedules, applyStandingSchedules } from '../../../src/adapters/temporal/schedules';
import { loadConfig } from '../../../src/config/load-config';
import type { Schedule } from '../../../src/domain/client';
import { resolveTemporal } from '../../../src/embedded/resolve-temporal';
import { STANDING_SCHEDULES } from '../../../workflows/messages';
import { cleanEnvironment } from '../../support/services';

let environment: TestWorkflowEnvironment;
beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const { command } = await resolveTemporal({
    config: loadConfig(cleanEnvironment()),
    say: () => {},
    signal: new AbortController().signal,
  });
  environment = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'existing-path', path: command } } });
}, 300_000);
afterAll(() => environment.teardown());
afterEach(() => apply());

const every: Schedule = { every: '5m' };
const nightly: Schedule = { cron: '0 0 * * *', timeZone: 'UTC' };
const PST: Schedule = { cron: '0 0 * * *', timeZone: 'PST' };

const apply = (...schedules: readonly Schedule[]) => applyScanSchedules(environment.client, async () => schedules);
const handle = (name: string) => environment.client.schedule.getHandle(`scan/${name}`);
/** By name, not from the list, which is seconds behind. */
async function areThere(...names: readonly string[]): Promise<readonly string[]> {
  const seen = await seeSchedules(
    environment.client,
    names.map((name) => `scan/${name}`),
  );
  return names.filter((name) => seen.has(`scan/${name}`));
}

test('each setting has a schedule, which catches up with a missed tick for ten minutes, and of a cron line for 12 hours', async () => {
  expect(await apply(every, nightly)).toEqual([]);
  expect(await areThere('every-5m', '0 0 * * *@UTC')).toEqual(['every-5m', '0 0 * * *@UTC']);
  const [fast, slow] = await Promise.all([handle('every-5m').describe(), handle('0 0 * * *@UTC').describe()]);
  const minutes = (n: number) => n * 60_000;
  expect(fast.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: minutes(10), pauseOnFailure: false });
  expect(slow.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: minutes(12 * 60), pauseOnFailure: false });
  expect(fast.action).toMatchObject({ workflowType: 'scanFolders', workflowId: 'scan/every-5m', args: [{ schedule: 'every-5m' }] });
  expect(slow.info.nextActionTimes[0]?.toISOString()).toMatch(/T00:00:00/);
});

test('a schedule goes with the last client that has its setting, and not before', async () => {
  await apply(every, nightly);
  await listed('every-5m');
  await apply(every);
  expect(await areThere('every-5m')).toEqual(['every-5m']);
  await apply();
  expect(await areThere('every-5m')).toEqual([]);
});

test('a setting that a client takes up while its schedule is being removed keeps it', async () => {
  await apply(every);
  await listed('every-5m');
  let looks = 0;
  await applyScanSchedules(environment.client, async () => (looks++ === 0 ? [] : [every]));
  expect([looks, await areThere('every-5m')]).toEqual([2, ['every-5m']]);
});

test.each([
  ['a zone that Temporal does not know, with its other name', PST, /does not know the time zone PST\. Write America\/Los_Angeles/],
  ['a zone in another case', { cron: '0 0 * * *', timeZone: 'us/pacific' }, /us\/pacific\. Write America\/Los_Angeles/],
  ['a zone without another name', { cron: '0 0 * * *', timeZone: 'SystemV/PST8' }, /SystemV\/PST8\. Write a name such as/],
  ['a day that there is not', { cron: '0 0 31 2 *', timeZone: 'UTC' }, /there is no such day/],
  ['what is no cron line', { cron: '61 0 * * *', timeZone: 'UTC' }, /Temporal refuses it: .*range.*imports client set --help/],
] as const)('refuses %s, and leaves nothing behind', async (_, schedule, why) => {
  await expect(tryScanSchedule(environment.client, schedule)).rejects.toMatchObject({
    code: 'WRONG_USE',
    message: expect.stringMatching(why),
  });
  expect(await areThere(`${schedule.cron}@${schedule.timeZone}`)).toEqual([]);
});

test('a setting that is refused holds up no other', async () => {
  const refused = await apply(PST, every);
  expect(refused).toEqual([{ name: '0 0 * * *@PST', why: expect.stringContaining('Write America/Los_Angeles') }]);
  expect(await areThere('every-5m', '0 0 * * *@PST')).toEqual(['every-5m']);
});

test('what is as it should be is not touched; what differs is changed, and keeps the pause of an operator with its note', async () => {
  await apply(every);
  await apply(every);
  expect((await handle('every-5m').describe()).info.lastUpdatedAt).toBeUndefined();
  await handle('every-5m').pause('asked by phone');
  const wanted = { scheduleId: 'scan/every-5m', spec: { intervals: [{ every: '7m' as const }] } };
  const action = { type: 'startWorkflow', workflowType: 'scanFolders', taskQueue: 'imports', args: [] } as const;
  expect(await putSchedule(environment.client, { ...wanted, action })).toBe('changed');
  expect(await putSchedule(environment.client, { ...wanted, action })).toBe('as-it-was');
  const { state, spec } = await handle('every-5m').describe();
  expect([state.paused, state.note, spec.intervals?.[0]?.every]).toEqual([true, 'asked by phone', 420_000]);
});

test('the standing schedules are made once and then left alone', async () => {
  await applyStandingSchedules(environment.client);
  await applyStandingSchedules(environment.client);
  const seen = await seeSchedules(environment.client, [...STANDING_SCHEDULES, 'none']);
  expect([...seen.keys()]).toEqual([...STANDING_SCHEDULES]);
  for (const id of STANDING_SCHEDULES) {
    expect((await environment.client.schedule.getHandle(id).describe()).info.lastUpdatedAt).toBeUndefined();
  }
});

test('scans are seen with their last run and what they missed', async () => {
  await apply(every);
  await listed('every-5m');
  await handle('every-5m').trigger();
  for (let tries = 0; tries < 100; tries++) {
    if ((await seeScans(environment.client)).get('every-5m')?.last !== undefined) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect((await seeScans(environment.client)).get('every-5m')).toMatchObject({ paused: false, last: expect.any(Date), missed: 0 });
});

/** The list has it by now. */
async function listed(name: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if ((await seeScans(environment.client)).has(name)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`scan/${name} was never listed`);
}
