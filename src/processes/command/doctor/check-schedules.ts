// Schedules: one for each setting that enabled clients have, and the standing ones. Each has run when it should.

import type { Client as TemporalClient } from '@temporalio/client';
import { seeSchedules, type SeenSchedule } from '../../../adapters/temporal/see-schedules';
import type { Client } from '../../../domain/client';
import { clientsBySchedule } from '../../../domain/client/schedule-name';
import { SCAN_SCHEDULES, STANDING_SCHEDULES } from '../../../../workflows/messages';
import { counted, ill, named, well, type Finding } from './finding';

/** A schedule that fires is late by seconds at most; a server that was just started catches up within this. */
const OVERDUE_MS = 2 * 60_000;

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
  const about = [pausesOf(judged('paused'), seen), missedOf(seen), lastScan(seen)].filter((text) => text !== '').join('; ');
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

function lastScan(seen: ReadonlyMap<string, SeenSchedule>): string {
  const times = [...seen].flatMap(([id, { last }]) => (id.startsWith(SCAN_SCHEDULES) && last !== undefined ? [last.getTime()] : []));
  return times.length === 0 ? '' : `last scan ${new Date(Math.max(...times)).toISOString().slice(0, 16)}Z`;
}
