// What a client has been up to: files that wait in its folder, its last upload, import and log-in.

import type { Client } from '../../domain/client';
import { profileOf } from '../../domain/client/profiles';
import type { ImportOutcome } from '../../domain/import-run';
import { grouped } from '../../domain/report/wording';
import type { Services } from '../deps';
import { resultOf } from '../show/describe-import';
import { shownState, type ShownState } from '../imports/import-item';
import type { Printer } from '../text/print';

export interface ClientStatus {
  /** null = not known: its folder is not there. */
  readonly filesWaiting: number | null;
  /** Since when the oldest of them waits. */
  readonly waitingSince: Date | null;
  readonly lastUploadAt: Date | null;
  readonly lastImport: {
    readonly importId: string;
    readonly state: ShownState;
    readonly outcome: ImportOutcome | null;
    readonly receivedAt: Date;
    /** As people read it. */
    readonly result: string;
  } | null;
  readonly lastLoginAt: Date | null;
}

export async function clientStatus(
  { imports, accounts, files, waitingFiles }: Pick<Services, 'imports' | 'accounts' | 'files' | 'waitingFiles'>,
  client: Client,
): Promise<ClientStatus> {
  const { clientId } = client;
  // An upload that stays in place does not wait.
  const isTaken = profileOf(client).upload !== 'left-in-place';
  const [[last], logins, waiting, { isThere }] = await Promise.all([
    imports.list({ clientIds: [clientId], limit: 1 }),
    accounts.list(clientId),
    isTaken ? waitingFiles(clientId) : { files: 0, oldest: null, newest: null },
    files.clientFolder(clientId),
  ]);
  return {
    filesWaiting: isThere ? waiting.files : null,
    waitingSince: waiting.oldest,
    lastUploadAt: latest([last?.receivedAt ?? null, waiting.newest]),
    lastImport:
      last === undefined
        ? null
        : {
            importId: last.importId,
            state: shownState(last),
            outcome: last.outcome,
            receivedAt: last.receivedAt,
            result: resultOf(last).replace('finished: ', ''),
          },
    lastLoginAt: latest(logins.map(({ lastLoginAt }) => lastLoginAt)),
  };
}

export function statusFacts(
  { filesWaiting, waitingSince, lastUploadAt, lastImport, lastLoginAt }: ClientStatus,
  print: Printer,
): readonly (readonly [string, string])[] {
  const time = (at: Date | null) => (at === null ? 'never' : print.time(at));
  const since = waitingSince === null ? '' : `, the oldest since ${print.time(waitingSince)}`;
  const isKnown = filesWaiting !== null;
  return [
    ['Files waiting', isKnown ? `${grouped(filesWaiting)}${since}` : 'not known: its folder is not in IMPORTS_DATA_DIR'],
    ['Last upload', isKnown || lastUploadAt !== null ? time(lastUploadAt) : 'not known'],
    ['Last import', lastImport === null ? 'none' : `${lastImport.importId}, ${lastImport.result}`],
    ['Last log-in', time(lastLoginAt)],
  ];
}

function latest(times: readonly (Date | null)[]): Date | null {
  return times.filter((time) => time !== null).toSorted((a, b) => b.getTime() - a.getTime())[0] ?? null;
}
