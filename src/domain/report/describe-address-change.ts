// What the old and the new address hear when failed records are to go elsewhere. Neither is told the other: the old one may belong to
// somebody who has left.

import type { Client } from '../client';
import { utc, type ReportPage } from './describe-report';

export function describeAddressChange(input: {
  readonly client: Client;
  readonly at: Date;
  /** The operator's name. */
  readonly by: string;
  readonly isOld: boolean;
}): ReportPage {
  const { client, at, by, isOld } = input;
  const { clientId, settings } = client;
  return {
    verdict: 'held',
    headline: isOld ? `Failed records of ${clientId} no longer come to you` : `Failed records of ${clientId} come to you`,
    lead: isOld
      ? `The e-mail "CSV Import Failed Records" of client ${clientId} was sent to this address. It now goes to another one.`
      : `This address now receives the e-mail "CSV Import Failed Records" of client ${clientId}, with what could not be imported.`,
    problems: [],
    steps: [`If this surprises you, write to ${settings.replyToAdminEmail}: these e-mails hold personal data.`],
    notes: [],
    counts: [],
    facts: [
      ['Client', clientId],
      ['Changed', utc(at)],
      ['By', by],
    ],
    footer: 'Sent automatically to the former and the new address for failed records.',
  };
}
