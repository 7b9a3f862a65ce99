// When a client's folder is looked into, and when a client that was to send files has been silent for too long.

import type { Client, Schedule } from '../client';
import { importIdOf, type ImportId } from '../ids';
import type { ImportRun } from '../import-run';
import { counted } from '../report/wording';

const MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time as people type it into a setting: `90m`, `26h`, `8d`. Undefined if the text is none. */
export function durationMs(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * MS[unit as keyof typeof MS];
}

const UNITS = { s: 'second', m: 'minute', h: 'hour', d: 'day' } as const;

/** `26 hours` for `26h`. */
export function durationText(text: string): string {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return digits === undefined ? text : counted(Number(digits), UNITS[unit as keyof typeof UNITS]);
}

/** Clients with the same setting share one schedule, so the setting itself names it: `every-5m`, `0 0 * * *@UTC`. */
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

/** It begins with the newest file, or with the client, and is named after that: each is reported once, a new file starts another. */
export interface Silence {
  /** The import after which no other came; number 0 when there never was one. */
  readonly after: ImportId;
  readonly since: Date;
}

type NewestImport = Pick<ImportRun, 'importId' | 'receivedAt'>;

/** Undefined while all is well, or nothing is expected. Files of a paused client wait in its folder, so they cannot be missed. */
export function silenceOf(client: Client, newest: NewestImport | undefined, now: Date): Silence | undefined {
  if (!client.enabled || client.paused !== undefined || client.settings.expectFileEvery === null) return undefined;
  const limit = durationMs(client.settings.expectFileEvery);
  const since = newest?.receivedAt ?? client.addedAt;
  if (limit === undefined || since === undefined || now.getTime() - since.getTime() <= limit) return undefined;
  return { after: newest?.importId ?? importIdOf(client.clientId, 0), since };
}
