// What the old and the new address are told when failed records go to another address. Neither learns the other: the old one may belong
// to somebody who has left.

import type { Client } from '../client';
import type { AdminPage } from './describe-report';
import { utc } from './wording';

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
