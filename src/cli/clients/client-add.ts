// `imports client add`: a new customer organisation, with its folder and its schedule.

import type { Command } from 'commander';
import { DEFAULT_SETTINGS, type Client, type ClientSettings } from '../../domain/client';
import { parseClientId } from '../../domain/ids';
import { PROFILE_NAMES, PROFILES, type ProfileName } from '../../domain/client/profiles';
import { notNow, wrongUse } from '../../errors';
import { clientText } from './client-text';
import { defineCommand, type Session, gather } from '../define-command';
import { escapeText } from '../text/escape-text';
import { record } from '../record';
import { applyAssignments } from './parse-setting';
import { putIntoEffect, trySchedule, tryWebhookUrl } from './put-into-effect';
import { CLIENT_ID_RULE, requireDataDirectory } from './require-client';

const REQUIRED = [
  ['failedImportEmail', '--failed-import-email'],
  ['replyToAdminEmail', '--reply-to-admin-email'],
] as const;

interface AddOptions {
  readonly profile: string;
  readonly failedImportEmail?: string;
  readonly replyToAdminEmail?: string;
  readonly archiveOnInactive?: true;
  readonly loginSource?: readonly string[];
  readonly set?: readonly string[];
}

export function addClientAddCommand(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'add <id>',
    summary: 'add a client with its folder and schedule',
    details: `ID: ${CLIENT_ID_RULE}. Settings not given have their defaults; all are listed by: imports client set --help`,
    examples: [
      'imports client add acme --failed-import-email it@acme.example \\\n--reply-to-admin-email parking@city.example',
      'imports client add learn --profile agylia \\\n--failed-import-email lms@learn.example \\\n--reply-to-admin-email support@vendor.example',
      'imports client add acme … --archive-on-inactive \\\n--login-source OPSCOM --login-source LDAP --set holdAbove.archives=200',
    ],
  })
    .option('--failed-import-email <address>', 'required: who receives "CSV Import Failed Records"')
    .option('--reply-to-admin-email <address>', 'required: sender of system mail')
    .option('--profile <name>', `whose files it sends: ${PROFILE_NAMES.join(' or ')}; cannot be changed later`, 'opscom')
    .option('--archive-on-inactive', 'active=0 archives the user and releases the permits')
    .option('--login-source <code>', 'accepted login_source; may be repeated (default: OPSCOM)', gather)
    .option('--set <key=value>', 'any other setting; may be repeated', gather)
    .action(async (text: string, options: AddOptions) => {
      const client = { ...readClient(text, options), addedAt: deps.now() };
      const { clientId, settings } = client;
      const services = await deps.open();
      if ((await services.clients.find(clientId)) !== undefined) {
        throw notNow(`Client ${clientId} exists already. Change it with: imports client set ${clientId} KEY=VALUE`);
      }
      await requireDataDirectory(services, clientId);
      await tryWebhookUrl(deps, settings.webhookUrl, 'The client was not added');
      await trySchedule(services, settings.schedule, 'The client was not added');
      await record(deps, services, { action: 'client add', clientId, subject: clientId, is: { ...settings } });
      await services.clients.add(client);
      await putIntoEffect(services, client);
      await print.show(client, () => `${clientText(client, print)}\n\n${nextStep(client)}`);
    });
}

/** All problems at once, so that a long line has to be corrected only once. */
function readClient(text: string, options: AddOptions): Client {
  const problems: string[] = [];
  const clientId = parseClientId(text);
  if (clientId === undefined) problems.push(`${escapeText(text)} is not a client id: ${CLIENT_ID_RULE}`);
  const assignments = assignmentsOf(options);
  const profile = PROFILE_NAMES.find((name) => name === options.profile);
  if (profile === undefined)
    problems.push(`${escapeText(options.profile)} is not a profile: write --profile ${PROFILE_NAMES.join(' or ')}`);
  const unset = { ...defaultsOf(profile ?? 'opscom'), failedImportEmail: '', replyToAdminEmail: '' };
  const settings = applyAssignments(unset, assignments, (problem) => problems.push(problem));
  for (const [key, option] of REQUIRED) {
    if (!assignments.some((assignment) => assignment.startsWith(`${key}=`))) problems.push(`${option} is missing: an e-mail address`);
  }
  if (clientId === undefined || problems.length > 0) {
    throw wrongUse(['The client was not added:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
  return { clientId, enabled: true, settings };
}

function defaultsOf(profile: ProfileName): Omit<ClientSettings, 'failedImportEmail' | 'replyToAdminEmail'> {
  return { ...DEFAULT_SETTINGS, ...PROFILES[profile].settings, profile };
}

function nextStep({ clientId, settings }: Client): string {
  return settings.profile === 'agylia'
    ? `Added. Give it a login, by the first label of its portal's host name and with its API key as password:\nimports account add ${clientId} USER --password-stdin`
    : `Added. Give it a login with:\nimports account add ${clientId} USER --generate-password`;
}

/** The options of their own are settings like any other. */
function assignmentsOf({ failedImportEmail, replyToAdminEmail, archiveOnInactive, loginSource, set }: AddOptions): string[] {
  return [
    ...(failedImportEmail === undefined ? [] : [`failedImportEmail=${failedImportEmail}`]),
    ...(replyToAdminEmail === undefined ? [] : [`replyToAdminEmail=${replyToAdminEmail}`]),
    ...(archiveOnInactive === undefined ? [] : ['archiveOnInactive=true']),
    ...(loginSource === undefined ? [] : [`loginSources=${loginSource.join(',')}`]),
    ...(set ?? []),
  ];
}
