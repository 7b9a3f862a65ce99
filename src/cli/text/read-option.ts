// What people type behind options: a whole number, or a moment. Days and times without a zone are those of the reader, as all times that we
// show.

import { InvalidArgumentError } from 'commander';
import { durationMs } from '../../domain/client/schedule';
import { wrongUse } from '../../errors';
import type { CliDeps } from '../deps';
import { escapeText } from './escape-text';

export const TIME_FORMS = '2026-11-01, 2026-11-01T08:00, today, yesterday, or how long ago: 2h, 7d';

const DAY_MS = 86_400_000;
const DAYS_AGO: Readonly<Record<string, number>> = { today: 0, yesterday: 1 };
const DATE_AND_TIME = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

export function readWholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const n = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (n >= min && n <= max) return n;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** `option` is `--since` or `--until`: until a day means until its end. Undefined where it was not given. */
export function readTime(
  text: string | undefined,
  option: '--since' | '--until',
  { now, timeZone }: Pick<CliDeps, 'now' | 'timeZone'>,
): Date | undefined {
  if (text === undefined) return undefined;
  const ago = durationMs(text);
  if (ago !== undefined) return new Date(now().getTime() - ago);
  const [, date = dayNamed(text, now(), timeZone), time, zone] = DATE_AND_TIME.exec(text) ?? [];
  const wanted = time === undefined && option === '--until' ? dayAfter(date) : date;
  const moment = zone === undefined ? inZone(`${wanted}T${time ?? '00:00'}Z`, timeZone) : new Date(`${wanted}T${time}${zone}`);
  if (!Number.isNaN(moment.getTime())) return moment;
  throw wrongUse(`${escapeText(text)} is not a time. Write ${option} with one of: ${TIME_FORMS}`);
}

/** The date of `today` or `yesterday`; no date when the text is neither. */
function dayNamed(text: string, now: Date, timeZone: string): string {
  const daysAgo = DAYS_AGO[text];
  if (daysAgo === undefined) return '';
  const today = Date.parse(`${wallClock(now, timeZone).slice(0, 10)}T00:00Z`);
  return new Date(today - daysAgo * DAY_MS).toISOString().slice(0, 10);
}

function dayAfter(date: string): string {
  const day = Date.parse(`${date}T00:00Z`);
  return Number.isNaN(day) ? date : new Date(day + DAY_MS).toISOString().slice(0, 10);
}

/** The moment at which clocks in the zone show what clocks in UTC show at `shown`. */
function inZone(shown: string, timeZone: string): Date {
  const wanted = Date.parse(shown);
  if (Number.isNaN(wanted)) return new Date(NaN);
  const aheadAt = (moment: number) => Date.parse(`${wallClock(new Date(moment), timeZone).replace(' ', 'T')}Z`) - moment;
  // Twice: near a clock change the first guess may be on the other side of it.
  const guess = wanted - aheadAt(Math.floor(wanted / 1000) * 1000);
  return new Date(wanted - aheadAt(Math.floor(guess / 1000) * 1000));
}

function wallClock(moment: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone }).format(moment);
}
