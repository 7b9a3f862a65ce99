// Tells the administrator about a held import, and sends one reminder. Says nothing if it was decided before the mail server came back.

import { composeAdminMail } from '../../src/domain/report/compose-admin-mail';
import { describeHold, type HoldMailKind } from '../../src/domain/report/describe-hold';
import type { ImportId } from '../../src/domain/ids';
import type { ReportState } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { sendOnce } from '../end/send-once';

export const sendHoldMail =
  (ports: ActivityPorts) =>
  async ({ importId, kind }: { readonly importId: ImportId; readonly kind: HoldMailKind }): Promise<{ readonly report: ReportState }> => {
    const { run, client } = await loadImport(ports, importId);
    const { held } = run;
    if (run.state !== 'held' || held === null) return { report: 'none' };
    const state = await sendOnce(ports, importId, kind, () =>
      composeAdminMail({
        importId,
        kind,
        client,
        mailFrom: ports.mailFrom,
        page: describeHold(run, held, client, kind),
      }),
    );
    // The administrator knows now, whatever became of the first e-mail.
    if (state === 'sent' && kind === 'hold-reminder') await ports.outbox.setState(importId, 'hold', 'sent', ports.clock.now());
    const detail = { clientId: run.clientId, importId, kind, state };
    if (state === 'sent') ports.log.info('administrator told of held import', detail);
    else ports.log.warn('administrator not told of held import', detail);
    return { report: state };
  };
