// Settings that are times: how often to look for files, and how long a client may be silent.

import type { Schedule } from '../../domain/client';
import { durationMs } from '../../domain/client/duration';
import type { Reader } from './setting-readers';

const A_YEAR = 365 * 86_400;

/** `26h`, or `off` for null. */
export const silence: Reader<string | null> = (text, complain) =>
  text === 'off' ? null : seconds(text) >= 60 ? text : complain('off, or a time of at least a minute, e.g. 90m, 26h or 8d');

/** `5m`, or `cron:0 0 * * *@Europe/Berlin`. */
export const schedule: Reader<Schedule> = (text, complain) => {
  if (!text.startsWith('cron:')) {
    return seconds(text) >= 60 ? { every: text } : complain('a time of at least a minute, e.g. 5m or 1h, or cron:0 0 * * *@Europe/Berlin');
  }
  const [, cron = '', zone = ''] = /^cron:\s*(.*?)\s*@\s*([^@]*?)\s*$/.exec(text) ?? [];
  const timeZone = timeZoneNamed(zone);
  if (timeZone === undefined) return complain('a cron line with the name of a time zone behind an @: cron:0 0 * * *@Europe/Berlin');
  if (!isCron(cron)) return complain('a cron line of five parts (minute hour day month weekday): cron:30 6 * * 1-5@Europe/Berlin');
  return { cron, timeZone };
};

/** NaN if it is not a time, or longer than a year. */
function seconds(text: string): number {
  const n = (durationMs(text) ?? NaN) / 1000;
  return n <= A_YEAR ? n : NaN;
}

/** In the spelling of the zone's own database: Temporal minds the case. An offset such as +01:00 is not a name. */
function timeZoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return known.toLowerCase() === name.toLowerCase() ? known : name;
  } catch {
    return undefined;
  }
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');
const CRON_PARTS = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 7, names: WEEKDAYS },
] as const;

function isCron(cron: string): boolean {
  const parts = cron.toLowerCase().split(/\s+/);
  return (
    parts.length === CRON_PARTS.length && CRON_PARTS.every((rule, i) => (parts[i] ?? '').split(',').every((part) => isCronPart(part, rule)))
  );
}

/** `*`, `5`, `1-5`, each with `/2` or without. */
function isCronPart(
  part: string,
  { min, max, names }: { readonly min: number; readonly max: number; readonly names: readonly string[] },
): boolean {
  const [, range = '', step] = /^([^/]+)(?:\/([1-9]\d?))?$/.exec(part) ?? [];
  const ends = range.split('-').map((end) => (names.includes(end) ? min + names.indexOf(end) : /^\d{1,2}$/.test(end) ? Number(end) : NaN));
  if (range === '*') return true;
  const [from = NaN, to = from] = ends;
  return ends.length <= 2 && from >= min && to <= max && from <= to && (step === undefined || Number(step) <= max);
}
