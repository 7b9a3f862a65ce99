// A client and its settings as a person reads them.

import { type Client, type ClientSettings, type Pause, DEFAULT_SETTINGS } from '../../domain/client';
import { SETTINGS } from './parse-setting';
import type { Printer } from '../text/print';
import { PROFILES } from '../../domain/client/profiles';

/** `more` = facts beside its settings. */
export function clientText(
  { clientId, enabled, paused, resumed, settings }: Client,
  print: Printer,
  more: readonly (readonly [string, string])[] = [],
): string {
  return print.facts([
    ['Client', clientId],
    ['Profile', settings.profile],
    ['Enabled', enabled ? 'yes' : 'no: its files are left alone and nobody can log in'],
    ['Paused', paused && pauseText(paused, print)],
    ['Resumed', resumed && pauseText(resumed, print)],
    ...more,
    ...SETTINGS.map(({ key }) => [key, settingText(settings, key)] as const),
  ]);
}

function pauseText({ at, by, reason }: Pause, print: Printer): string {
  return `${print.time(at)} by ${by}: ${reason}`;
}

/** As it would be typed behind `KEY=`. */
export function settingText(settings: ClientSettings, key: string): string {
  switch (key) {
    case 'schedule':
      return scheduleText(settings.schedule);
    case 'userTypes':
      return settings.userTypes.length === 0 ? 'any' : settings.userTypes.map(({ id, name }) => `${id}:${name}`).join(',');
    case 'furtherColumns':
    case 'requiredFields':
      return settings[key].length === 0 ? 'none' : settings[key].join(',');
    case 'maxFileBytes':
      return sizeText(settings.maxFileBytes);
    case 'allowedAddresses':
      return settings.allowedAddresses.length === 0 ? 'any' : settings.allowedAddresses.join(',');
    case 'expectFileEvery':
      return settings.expectFileEvery ?? 'off';
    case 'webhookUrl':
      return settings.webhookUrl ?? 'off';
    case 'delimiter':
      return { auto: 'auto', ',': 'comma', ';': 'semicolon', '\t': 'tab' }[settings.delimiter];
    default:
      return plainText(key.split('.').reduce<unknown>((part, name) => (part as Readonly<Record<string, unknown>>)[name], settings));
  }
}

function plainText(value: unknown): string {
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

export function scheduleText(schedule: ClientSettings['schedule']): string {
  return 'every' in schedule ? schedule.every : `cron:${schedule.cron}@${schedule.timeZone}`;
}

function sizeText(bytes: number): string {
  for (const [unit, factor] of [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const) {
    if (bytes % factor === 0) return `${bytes / factor}${unit}`;
  }
  return String(bytes);
}

/** The settings that an import carries, in one line: those that are not the defaults, and what the client has set otherwise since. */
export function keptSettings(kept: ClientSettings, now: ClientSettings | undefined): string {
  const { failedImportEmail, replyToAdminEmail } = kept;
  const defaults = { ...DEFAULT_SETTINGS, ...PROFILES[kept.profile].settings, failedImportEmail, replyToAdminEmail };
  const own = differences(kept, defaults);
  const since = now === undefined ? '' : differences(now, kept).join(', ');
  return `${own.length === 0 ? 'the defaults' : own.join(', ')}${since === '' ? '' : `; set since, for later files: ${since}`}`;
}

/** `archiveOnInactive=true`: what `ours` has otherwise than `others`. The URL of webhooks is not kept. */
function differences(ours: ClientSettings, others: ClientSettings): readonly string[] {
  return SETTINGS.filter(({ key }) => key !== 'webhookUrl' && settingText(ours, key) !== settingText(others, key)).map(
    ({ key }) => `${key}=${settingText(ours, key)}`,
  );
}
