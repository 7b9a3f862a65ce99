// The Temporal server: whether it knows our search attributes, whether somebody asks it for work, and whether its schedules (one for each
// setting that enabled clients have, and the standing ones) have run when they should.

import type { Client as TemporalClient } from '@temporalio/client';
import { TASK_QUEUES, SCAN_SCHEDULES, STANDING_SCHEDULES } from '../../../../workflows/messages';
import * as searchAttributes from '../../../../workflows/search-attributes';
import { counted } from '../../../domain/report/wording';
import { ill, START_EVERYTHING, well, type Finding, named } from './finding';
import { seeSchedules, type SeenSchedule } from '../../../adapters/temporal/schedules';
import type { Client } from '../../../domain/client';
import { clientsBySchedule } from '../../../domain/client/schedule';

/** Pollers of a task queue are remembered for five minutes; a live worker asks at least once a minute. */
const SEEN_LATELY_MS = 90_000;
/** A schedule that fires is late by seconds at most; a server that was just started catches up within this. */
const OVERDUE_MS = 2 * 60_000;

export async function checkSearchAttributes({ connection, options: { namespace } }: TemporalClient): Promise<Finding> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter(({ name }) => !(name in customAttributes));
  if (missing.length === 0) return well(`${Object.keys(searchAttributes).length} known`);
  const commands = missing.map(
    ({ name, type }) => `temporal operator search-attribute create --name ${name} --type ${type === 'KEYWORD' ? 'Keyword' : 'Int'}`,
  );
  return ill(`missing in namespace ${namespace}: ${missing.map(({ name }) => name).join(', ')}`, commands.join(' && '));
}

interface WorkersSeen {
  /** Asked for work lately. */
  readonly live: number;
  /** When one asked last, by the server's clock. */
  readonly last: Date | null;
}

export async function seeWorkers({ workflowService, options: { namespace } }: TemporalClient): Promise<WorkersSeen> {
  const { pollers } = await workflowService.describeTaskQueue({ namespace, taskQueue: { name: TASK_QUEUES.imports } });
  const asked = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000);
  const last = Math.max(0, ...asked);
  return { live: asked.filter((at) => Date.now() - at < SEEN_LATELY_MS).length, last: last === 0 ? null : new Date(last) };
}

export function judgeWorkers({ live }: WorkersSeen): Finding {
  return live > 0 ? well(`${live} at work`) : ill('no worker has asked for work lately', START_EVERYTHING);
}

type Verdict = 'well' | 'missing' | 'paused' | 'overdue';

export function judgeSchedule(schedule: Pick<SeenSchedule, 'paused' | 'next'> | undefined, now: Date): Verdict {
  if (schedule === undefined) return 'missing';
  if (schedule.paused) return 'paused';
  return schedule.next === undefined || now.getTime() - schedule.next.getTime() > OVERDUE_MS ? 'overdue' : 'well';
}

export async function checkSchedules(temporal: TemporalClient, clients: readonly Client[]): Promise<Finding> {
  const bySchedule = clientsBySchedule(clients);
  const ids = [...[...bySchedule.keys()].map((name) => `${SCAN_SCHEDULES}${name}`), ...STANDING_SCHEDULES];
  return tellSchedules(ids, await seeSchedules(temporal, ids), bySchedule, new Date());
}

export function tellSchedules(
  ids: readonly string[],
  seen: ReadonlyMap<string, SeenSchedule>,
  bySchedule: ReadonlyMap<string, readonly Client[]>,
  now: Date,
): Finding {
  const judged = (verdict: Verdict) => ids.filter((id) => judgeSchedule(seen.get(id), now) === verdict);
  const about = [pausesOf(judged('paused'), seen), missedOf(seen), lastScan(seen, now)].filter((text) => text !== '').join('; ');
  const too = about === '' ? '' : `; ${about}`;
  const missing = judged('missing');
  const overdue = judged('overdue');
  if (missing.length > 0) {
    const each = missing.map((id) => {
      const clients = bySchedule.get(id.slice(SCAN_SCHEDULES.length)) ?? [];
      return clients.length === 0 ? id : `${id} of ${named(clients.map(({ clientId }) => clientId))}`;
    });
    const [client] = missing.flatMap((id) => bySchedule.get(id.slice(SCAN_SCHEDULES.length)) ?? []);
    const todo =
      client === undefined
        ? 'Start a worker: it makes them'
        : `Make it, or see why Temporal refuses it: imports client enable ${client.clientId}`;
    return ill(`missing: ${named(each)}${too}`, todo);
  }
  if (overdue.length > 0) {
    return ill(
      `overdue: ${named(overdue)}${too}`,
      'See it under Schedules in the Temporal UI; a restart of the Temporal server sets it going again',
    );
  }
  return well(`${counted(judged('well').length, 'schedule')} in force${too}`);
}

function pausesOf(paused: readonly string[], seen: ReadonlyMap<string, SeenSchedule>): string {
  return paused.length === 0 ? '' : `paused in Temporal: ${named(paused.map((id) => `${id} (${seen.get(id)?.note || 'no note'})`))}`;
}

/** What was missed long ago cannot be repaired: it is reported, but is not a failure. */
function missedOf(seen: ReadonlyMap<string, SeenSchedule>): string {
  const missed = [...seen].filter(([, schedule]) => schedule.missed > 0).map(([id, schedule]) => `${id} ${schedule.missed}`);
  return missed.length === 0 ? '' : `ticks missed so far: ${named(missed)}`;
}

function lastScan(seen: ReadonlyMap<string, SeenSchedule>, now: Date): string {
  const times = [...seen].flatMap(([id, { last }]) => (id.startsWith(SCAN_SCHEDULES) && last !== undefined ? [last.getTime()] : []));
  return times.length === 0 ? '' : `last scan ${ago(now.getTime() - Math.max(...times))}`;
}

const AGO = new Intl.RelativeTimeFormat('en');
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

/** `59 minutes ago`: of the largest unit of which there are at least two. */
function ago(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= 2 * each) ?? UNITS[3];
  return AGO.format(-Math.max(0, Math.floor(ms / size)), unit);
}
