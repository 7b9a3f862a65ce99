// What the silence alarm says: to the administrator, who may have forgotten that a file was to come.

import type { Client } from '../client';
import { utc, type ReportPage } from './describe-report';
import type { ImportRun } from '../import-run';
import { oneLine } from './one-line';
import type { Silence } from '../client/silence';

const HOUR_MS = 3_600_000;

export function describeSilence(input: {
  readonly client: Client;
  readonly silence: Silence;
  /** Undefined when the client never sent a file. */
  readonly newest: Pick<ImportRun, 'importId' | 'fileName'> | undefined;
  readonly now: Date;
}): ReportPage {
  const { client, silence, newest, now } = input;
  const { clientId } = client;
  const hours = Math.floor((now.getTime() - silence.since.getTime()) / HOUR_MS);
  const lasted =
    hours < 1 ? 'less than an hour' : hours < 48 ? `${hours} ${hours === 1 ? 'hour' : 'hours'}` : `${Math.floor(hours / 24)} days`;
  return {
    verdict: 'held',
    headline: `No file from ${clientId} for ${lasted}`,
    lead:
      newest === undefined
        ? `Client ${clientId} has sent no file since it was added, on ${utc(silence.since)}.`
        : `The last file of client ${clientId} was received on ${utc(silence.since)}.`,
    problems: [],
    steps: [
      'Ask the client whether its export and its upload still run.',
      `See whether a file lies in its folder and is not taken: imports scan ${clientId}`,
      'See whether everything runs on our side: imports doctor',
    ],
    notes: [
      'This is said once. The next file ends the silence.',
      `To expect files less often: imports client set ${clientId} expectFileEvery=8d (or off)`,
    ],
    counts: [],
    facts: [
      ['Client', clientId],
      ['A file is expected every', client.settings.expectFileEvery ?? 'off'],
      ...(newest === undefined
        ? []
        : ([
            ['Last file', oneLine(newest.fileName)],
            ['Last import', newest.importId],
          ] as const)),
      ['Silent since', utc(silence.since)],
    ],
    footer: 'Sent automatically to the administrator of the imports of this client.',
  };
}
