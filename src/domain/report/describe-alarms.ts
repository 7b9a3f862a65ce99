// What e-mails say that are not about an import: that a client is silent, and that failed records go to another address.

import type { Client } from '../client';
import { durationText, type Silence } from '../client/schedule';
import type { AdminPage } from './describe-report';
import { counted, oneLine, utc } from './wording';
import type { ImportRun } from '../import-run';

const HOUR_MS = 3_600_000;

/** To the administrator of a client that has sent no file for too long. */
export function describeSilence(input: {
  readonly client: Client;
  readonly silence: Silence;
  /** Undefined if the client has never sent a file. */
  readonly newest: Pick<ImportRun, 'importId' | 'fileName'> | undefined;
  readonly now: Date;
}): AdminPage {
  const { client, silence, newest, now } = input;
  const { clientId, settings } = client;
  const expected = settings.expectFileEvery === null ? null : durationText(settings.expectFileEvery);
  const hours = Math.floor((now.getTime() - silence.since.getTime()) / HOUR_MS);
  const lasted = hours < 1 ? 'less than an hour' : hours < 48 ? counted(hours, 'hour') : `${Math.floor(hours / 24)} days`;
  return {
    subject: `No file from ${clientId} for more than ${expected}`,
    verdict: 'held',
    headline: `No file from ${clientId} for ${lasted}`,
    lead:
      newest === undefined
        ? `Client ${clientId} has sent no file since it was added on ${utc(silence.since)}.`
        : `The last file of client ${clientId} was received on ${utc(silence.since)}.`,
    problems: [],
    steps: [
      `Ask the client, at ${client.settings.failedImportEmail}, whether its export and its upload still run.`,
      `If they do, ask support to check the folder of client ${clientId} and the import service.`,
    ],
    notes: [
      'You get this e-mail once. It comes again only if the client sends a file and then falls silent.',
      'If files should be expected less often, or not at all, ask support to change the client’s setting.',
    ],
    counts: [],
    facts: [
      ['Client', clientId],
      ...(expected === null ? [] : ([['A file is expected every', expected]] as const)),
      ...(newest === undefined
        ? []
        : ([
            ['Last file', oneLine(newest.fileName)],
            ['Last import', newest.importId],
          ] as const)),
      ['Silent since', utc(silence.since)],
    ],
    footer: `This e-mail was sent automatically to the administrator of the imports of client ${clientId}.`,
  };
}

/** To the old and the new address for failed records. Neither learns the other: the old one may be somebody's who has left. */
export function describeAddressChange(input: {
  readonly client: Client;
  readonly at: Date;
  /** The operator's name. */
  readonly by: string;
  readonly isOld: boolean;
}): AdminPage {
  const { client, at, by, isOld } = input;
  const { clientId, settings } = client;
  return {
    subject: `Failed records of ${clientId} now go to another address`,
    verdict: 'held',
    headline: isOld ? `You no longer receive the failed records of ${clientId}` : `You now receive the failed records of ${clientId}`,
    lead: isOld
      ? `The e-mail “CSV Import Failed Records” of client ${clientId} used to come to this address. It now goes to another one.`
      : `The e-mail “CSV Import Failed Records” of client ${clientId} now comes to this address. It lists the records that could not be imported.`,
    problems: [],
    steps: [`If you did not expect this, write to ${settings.replyToAdminEmail}. These e-mails contain personal data.`],
    notes: [],
    counts: [],
    facts: [
      ['Client', clientId],
      ['Changed on', utc(at)],
      ['Changed by', by],
    ],
    footer: 'This e-mail was sent automatically to the old and the new address for failed records.',
  };
}
