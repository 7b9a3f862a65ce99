// Takes the files that are ready out of a client's folder, oldest first. First the claim is written down, then the file is renamed, or
// copied where it is to stay: a crash in between leaves a claim that the next look completes.

import type { Client } from '../../src/domain/client';
import type { ClientId, ImportId } from '../../src/domain/ids';
import { importIdOf } from '../../src/domain/ids';
import { NO_COUNTS, type ImportRun } from '../../src/domain/import-run';
import { hasEnded } from '../../src/domain/import-state';
import { profileOf } from '../../src/domain/client/profiles';
import type { ReadyFile } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { beat } from '../heartbeat/beat';
import { noteStep } from '../note-step';
import { findReady } from './find-ready';
import { whileBeating } from '../heartbeat/while-beating';

export type ClaimPorts = Pick<ActivityPorts, 'clients' | 'imports' | 'files' | 'standing' | 'clock' | 'log' | 'quietMs'>;

/** `look` = also for new files; claims that were begun are always completed. */
export async function claimReadyFiles(ports: ClaimPorts, client: Client, look: boolean): Promise<void> {
  const { clientId } = client;
  for (const begun of await ports.imports.inOrder(clientId, ['claiming'])) await claim(ports, client, begun);
  if (!look || !client.enabled || client.paused !== undefined) return;
  const { ready, known } = await findReady(ports, client);
  for (const file of ready) {
    const run = newRun(clientId, await ports.imports.nextSeq(clientId), file);
    await ports.imports.insert(run);
    await claim(ports, client, run);
    beat();
  }
  if (known === undefined) return;
  // A version whose import is still at work is no news: a look comes with every upload.
  const taken = await ports.imports.find(known.claimedBy as ImportId);
  if (taken === undefined || hasEnded(taken)) await noteStep(ports, client, null, { kind: 'skipped', ...known });
}

async function claim(ports: ClaimPorts, client: Client, run: ImportRun): Promise<void> {
  const { importId, clientId } = run;
  if ((await take(ports, client, run)) === 'claimed') {
    await noteStep(ports, client, importId, { kind: 'found', bytes: run.bytes });
    const isNews = await ports.imports.advance(importId, 'queued', { askedAt: ports.clock.now() }, { state: ['claiming'] });
    if (isNews) ports.log.info('file claimed', { clientId, importId, bytes: run.bytes });
    else await discardIfLate(ports, client, importId);
  } else {
    await ports.imports.removeUnclaimed(importId);
    ports.log.info('file was gone before it could be claimed', { clientId, importId });
  }
}

async function take({ files, standing }: ClaimPorts, client: Client, run: ImportRun): Promise<'claimed' | 'gone'> {
  const { importId, clientId, fileName: name, inode } = run;
  const { upload, layout } = profileOf(client);
  if (upload === 'moved') return files.claim(clientId, importId, { name, inode });
  return whileBeating(() => standing.claimCopy(clientId, layout.upload, importId, { name, inode }));
}

/** Another worker took us for dead and has imported the file meanwhile: what we copied is nobody's. */
async function discardIfLate(ports: ClaimPorts, client: Client, importId: ImportId): Promise<void> {
  if (profileOf(client).upload === 'moved') return;
  const run = await ports.imports.find(importId);
  if (run === undefined || hasEnded(run)) await ports.standing.discardCopy(importId);
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
    askedAt: file.changedAt,
    turn: null,
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
