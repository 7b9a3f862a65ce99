// Tells the administrator of a held import, and reminds once. Says nothing of an import that was decided before the mail server came
// back.

import { composeAdminMail } from '../../src/domain/report/compose-admin-mail';
import { describeHold } from '../../src/domain/report/describe-hold';
import { grouped, utc } from '../../src/domain/report/describe-report';
import type { ImportId } from '../../src/domain/ids';
import type { Held } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { sendOnce } from '../end/send-once';

export type HoldMailKind = 'hold' | 'hold-reminder';

export const sendHoldMail =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'outbox' | 'mailer' | 'clock' | 'log' | 'mailFrom'>) =>
  async ({ importId, kind }: { readonly importId: ImportId; readonly kind: HoldMailKind }): Promise<void> => {
    const { run, client } = await loadImport(ports, importId);
    const { held } = run;
    if (run.state !== 'held' || held === null) return;
    const state = await sendOnce(ports, importId, kind, () =>
      composeAdminMail({
        importId,
        kind,
        client,
        mailFrom: ports.mailFrom,
        subject: subjectOf(importId, kind, held),
        page: describeHold(run, held, client),
      }),
    );
    ports.log.info('administrator told of held import', { clientId: run.clientId, importId, kind, state });
  };

function subjectOf(importId: ImportId, kind: HoldMailKind, { archives, until }: Held): string {
  return kind === 'hold'
    ? `Import ${importId} waits for approval: ${grouped(archives)} ${archives === 1 ? 'user' : 'users'} would be archived`
    : `Reminder: import ${importId} waits for approval until ${utc(until)}`;
}
