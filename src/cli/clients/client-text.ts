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
    ...SETTINGS.map(({ key, show }) => [key, show(settings)] as const),
  ]);
}

function pauseText({ at, by, reason }: Pause, print: Printer): string {
  return `${print.time(at)} by ${by}: ${reason}`;
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
  return SETTINGS.filter(({ key, show }) => key !== 'webhookUrl' && show(ours) !== show(others)).map(
    ({ key, show }) => `${key}=${show(ours)}`,
  );
}
