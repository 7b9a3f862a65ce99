// `imports client set`: changes settings of a client. Its help page is the list of all settings.

import type { Command } from 'commander';
import { DEFAULT_SETTINGS, type ClientSettings } from '../../domain/client';
import { scheduleName } from '../../domain/client/schedule';
import { wrongUse } from '../../errors';
import { completeWith, type CompletedWord } from '../completion/completed-tree';
import { clientText } from './client-text';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { layOutTable, paintNothing } from '../text/lay-out';
import { applyAssignments, SETTINGS } from './parse-setting';
import { putIntoEffect, trySchedule, tryWebhookUrl } from './put-into-effect';
import { requireClient, requireDataDirectory } from './require-client';

export function addClientSetCommand(parent: Command, { deps, print }: Session): void {
  const command = defineCommand(parent, {
    usage: 'set <id> <key=value...>',
    summary: 'change settings of a client',
    details: 'All or none are changed. A file that is being imported keeps the settings it began with.',
    examples: [
      'imports client set acme archiveOnInactive=true holdAbove.archives=200',
      'imports client set acme "schedule=cron:0 0 * * *@Europe/Berlin" \\\n"userTypes=1:Student,2:Staff"',
    ],
  });
  completeWith(command, settingWords())
    .addHelpText('after', () => `\nSettings:\n${settingsTable(deps.columns ?? 100)}`)
    .action(async (id: string, assignments: readonly string[]) => {
      const problems: string[] = [];
      const services = await deps.open();
      const client = await requireClient(services, id);
      const { clientId } = client;
      const settings = applyAssignments(client.settings, assignments, (problem) => problems.push(problem));
      if (problems.length > 0) throw wrongUse(['Nothing was changed:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
      const changed = { ...client, settings };
      const isAsBefore = scheduleName(settings.schedule) === scheduleName(client.settings.schedule);
      if (!isAsBefore) {
        await requireDataDirectory(services, clientId);
        await trySchedule(services, settings.schedule, 'Nothing was changed');
      }
      if (settings.webhookUrl !== client.settings.webhookUrl) await tryWebhookUrl(deps, settings.webhookUrl, 'Nothing was changed');
      await record(deps, services, { action: 'client set', clientId, subject: clientId, ...changes(client.settings, settings) });
      await services.clients.setSettings(clientId, settings);
      if (!isAsBefore) await putIntoEffect(services, changed);
      await print.show(changed, () => clientText(changed, print));
    });
}

/** `report=failures` and `report=always`; `schedule=`, and `expectFileEvery=`, as `26h` is an example. */
function settingWords(): readonly CompletedWord[] {
  return SETTINGS.flatMap(({ key, form, meaning }) => {
    const values = /^[a-z][a-z0-9-]*(\|[a-z][a-z0-9-]*)+$/.test(form) ? form.split('|') : [''];
    return values.map((value) => ({ word: `${key}=${value}`, summary: meaning }));
  });
}

/** Only what differs, as it was and as it is. */
function changes(was: ClientSettings, is: ClientSettings): { was: Record<string, unknown>; is: Record<string, unknown> } {
  const keys = (Object.keys(is) as (keyof ClientSettings)[]).filter((key) => JSON.stringify(was[key]) !== JSON.stringify(is[key]));
  const pick = (settings: ClientSettings) => Object.fromEntries(keys.map((key) => [key, settings[key]]));
  return { was: pick(was), is: pick(is) };
}

function settingsTable(columns: number): string {
  const defaults: ClientSettings = { ...DEFAULT_SETTINGS, failedImportEmail: '', replyToAdminEmail: '' };
  const rows = SETTINGS.map(({ key, form, meaning, show }) => {
    const usual = show(defaults);
    return [key, [meaning, usual === '' ? form : `${form} (default: ${usual})`]];
  });
  const heads = [{ head: 'KEY' }, { head: 'MEANING, AND WHAT VALUE IS', narrow: 'wrap' }] as const;
  return layOutTable(heads, rows, { width: columns - 2, paint: paintNothing }).replace(/^/gm, '  ');
}
