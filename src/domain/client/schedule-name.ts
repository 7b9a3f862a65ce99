// Schedules by name. Clients with the same setting share one schedule, so the setting itself names it: `every-5m`, `0 0 * * *@UTC`.

import type { Client, Schedule } from '../client';

export function scheduleName(schedule: Schedule): string {
  return 'every' in schedule ? `every-${schedule.every}` : `${schedule.cron}@${schedule.timeZone}`;
}

/** The distinct settings of the clients that are enabled, each with its clients. */
export function clientsBySchedule(clients: readonly Client[]): ReadonlyMap<string, readonly Client[]> {
  const byName = new Map<string, Client[]>();
  for (const client of clients) {
    if (!client.enabled) continue;
    const name = scheduleName(client.settings.schedule);
    const sharing = byName.get(name);
    if (sharing === undefined) byName.set(name, [client]);
    else sharing.push(client);
  }
  return byName;
}

/** A setting that Temporal does not carry out. */
export interface RefusedSchedule {
  /** As schedules are named, e.g. `0 0 * * *@PST`. */
  readonly name: string;
  readonly why: string;
}
