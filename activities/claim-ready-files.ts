// Takes the files that are ready out of a client's folder, oldest first. First the claim is written down, then the file is renamed:
// a crash in between leaves a claim that the next scan completes.

import { heartbeat } from '@temporalio/activity';
import type { ClientId, ImportId } from '../src/domain/ids';
import { importIdOf } from '../src/domain/ids';
import { NO_COUNTS, type ImportRun } from '../src/domain/import-run';
import type { ReadyFile } from '../src/ports';
import type { ActivityPorts } from './activity-ports';

/** Files a scan takes at once; the rest waits in the folder for its next round. */
const AT_ONCE = 50;

export interface ClaimedFile {
  readonly importId: ImportId;
  readonly fileName: string;
}

export const claimReadyFiles =
  (ports: Pick<ActivityPorts, 'clients' | 'imports' | 'files' | 'clock' | 'log' | 'quietMs'>) =>
  async ({ clientId }: { readonly clientId: ClientId }): Promise<{ readonly files: readonly ClaimedFile[] }> => {
    const client = await ports.clients.find(clientId);
    if (client === undefined || !client.enabled) return { files: [] };
    for (const begun of await ports.imports.inOrder(clientId, ['claiming'])) await claim(ports, begun);

    const ready = await ports.files.readyFiles(clientId, ports.quietMs, ports.clock.now());
    for (const file of ready.slice(0, AT_ONCE)) {
      const run = newRun(clientId, await ports.imports.nextSeq(clientId), file);
      await ports.imports.insert(run);
      await claim(ports, run);
      heartbeat();
    }
    const queued = await ports.imports.inOrder(clientId, ['queued']);
    return { files: queued.map(({ importId, fileName }) => ({ importId, fileName })) };
  };

async function claim(ports: Pick<ActivityPorts, 'imports' | 'files' | 'log'>, run: ImportRun): Promise<void> {
  const { importId, clientId } = run;
  const claimed = await ports.files.claim(clientId, importId, { name: run.fileName, inode: run.inode });
  if (claimed === 'claimed') {
    const isNews = await ports.imports.updateIf(importId, { state: ['claiming'] }, { state: 'queued' });
    if (isNews) ports.log.info('file claimed', { clientId, importId, bytes: run.bytes });
  } else {
    await ports.imports.removeUnclaimed(importId);
    ports.log.info('file was gone before it could be claimed', { clientId, importId });
  }
}

/** An import of this file that has done nothing yet. */
export function newRun(clientId: ClientId, seq: number, file: ReadyFile): ImportRun {
  return {
    importId: importIdOf(clientId, seq),
    clientId,
    seq,
    fileName: file.name,
    bytes: file.bytes,
    inode: file.inode,
    sha256: null,
    state: 'claiming',
    outcome: null,
    refusal: null,
    receivedAt: file.changedAt,
    startedAt: null,
    finishedAt: null,
    attempts: 0,
    counts: NO_COUNTS,
    reasonCounts: {},
    layout: null,
    chunks: 0,
    inactiveRecords: 0,
    goAhead: null,
    held: null,
    sameAs: null,
    report: 'none',
    backup: null,
    rejectedDigest: null,
    failure: null,
  };
}
