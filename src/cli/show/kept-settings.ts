// The settings that an import carries, in one line: those that are not the defaults, and what the client has set otherwise since.

import { DEFAULT_SETTINGS, type ClientSettings } from '../../domain/client';
import { PROFILES } from '../../domain/client/profiles';
import { settingText } from '../clients/client-text';
import { SETTINGS } from '../clients/parse-setting';

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
