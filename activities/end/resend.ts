// What comes before and after an e-mail that is sent again.

import type { ImportRun } from '../../src/domain/import-run';
import type { ResentKind } from '../../src/domain/report/compose-mail';
import type { ActivityPorts } from '../activity-ports';
import { isAttachmentLeft } from './send-report';
import { loadImport, loadUndo } from '../load-import';
import type { OfImport } from '../turn/require-turn';

/** Is what it would carry still there? Then the outbox forgets how the first one ended. */
export async function prepareResend(
  ports: ActivityPorts,
  { importId, kind = 'report' }: OfImport & { readonly kind?: ResentKind },
): Promise<{ readonly isLeft: boolean }> {
  const { run, client } = await loadImport(ports, importId);
  if (!(await isLeftToSend[kind](ports, run, client))) return { isLeft: false };
  // A held import still has its own.
  if (kind !== 'hold') await ports.files.makeWorkFolder(importId);
  if (kind === 'undo') await ports.undos.update(importId, { report: 'pending' });
  else {
    const addresses = await withAddressesOfNow(ports, run, kind);
    await ports.imports.update(importId, kind === 'report' ? { report: 'pending', ...addresses } : addresses);
  }
  await ports.outbox.setState(importId, kind, 'pending', ports.clock.now());
  return { isLeft: true };
}

/** The first one may have gone to an address that was wrong, and has been put right since. Where a held import reports to stays as it was. */
async function withAddressesOfNow(
  { clients }: ActivityPorts,
  { clientId, settings }: ImportRun,
  kind: 'report' | 'hold',
): Promise<Pick<ImportRun, 'settings'>> {
  const client = await clients.find(clientId);
  if (settings === undefined || client === undefined) return {};
  const { failedImportEmail, replyToAdminEmail } = client.settings;
  return { settings: { ...settings, replyToAdminEmail, ...(kind === 'report' && { failedImportEmail }) } };
}

/** Once it is decided, nobody is asked any more. */
const isHeld = (_: ActivityPorts, { state, held }: ImportRun) => state === 'held' && held?.decided === null;

const isLeftToSend = { report: isAttachmentLeft, undo: isUndoLeft, hold: isHeld } as const;

/** The list of users left alone expires with the details of the import. */
async function isUndoLeft(ports: ActivityPorts, { importId, expiredAt }: ImportRun): Promise<boolean> {
  const { counts } = await loadUndo(ports, importId);
  return expiredAt === undefined || counts.usersLeft + counts.permitsLeft === 0;
}

/** Removes what was made for it. Fingerprints stay where an older import still needs them. */
export async function closeResend(ports: ActivityPorts, { importId }: OfImport): Promise<void> {
  await ports.files.cleanUp(importId, true);
}
