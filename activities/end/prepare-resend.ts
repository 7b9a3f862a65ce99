// Before an e-mail is sent again: is what it would carry still there? Then the outbox forgets how the first one ended.

import type { ImportId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { isAttachmentLeft } from './attached-file';
import { loadImport } from '../load-import';
import { loadUndo } from '../undo/load-undo';

type ResendPorts = Pick<ActivityPorts, 'clients' | 'imports' | 'undos' | 'rejected' | 'outbox' | 'files' | 'standing' | 'csv' | 'clock'>;

export const prepareResend =
  (ports: ResendPorts) =>
  async (input: { readonly importId: ImportId; readonly kind?: 'report' | 'undo' }): Promise<{ readonly isLeft: boolean }> => {
    const { importId, kind = 'report' } = input;
    const { run, client } = await loadImport(ports, importId);
    if (!(await (kind === 'undo' ? isUndoLeft(ports, run) : isAttachmentLeft(ports, run, client)))) return { isLeft: false };
    await ports.files.makeWorkFolder(importId);
    if (kind === 'undo') await ports.undos.update(importId, { report: 'pending' });
    else await ports.imports.update(importId, { report: 'pending', ...(await withAddressesOfNow(ports, run)) });
    await ports.outbox.setState(importId, kind, 'pending', ports.clock.now());
    return { isLeft: true };
  };

/** The first one may have gone to an address that was wrong, and has been put right since. */
async function withAddressesOfNow({ clients }: ResendPorts, { clientId, settings }: ImportRun): Promise<Pick<ImportRun, 'settings'>> {
  const client = await clients.find(clientId);
  if (settings === undefined || client === undefined) return {};
  const { failedImportEmail, replyToAdminEmail } = client.settings;
  return { settings: { ...settings, failedImportEmail, replyToAdminEmail } };
}

/** Who was left as they are expires with the details of the import. */
async function isUndoLeft(ports: ResendPorts, { importId, expiredAt }: ImportRun): Promise<boolean> {
  const { counts } = await loadUndo(ports, importId);
  return expiredAt === undefined || counts.usersLeft + counts.permitsLeft === 0;
}
