// Takes the files that are ready out of a client's folder, oldest first. First the claim is written down, then the file is renamed, or
// copied where it is to stay: a crash in between leaves a claim that the next look completes.

import type { Client } from '../../src/domain/client';
import { type ClientId, type ImportId, importIdOf } from '../../src/domain/ids';
import { NO_COUNTS, type ImportRun } from '../../src/domain/import-run';
import { hasEnded } from '../../src/domain/import-state';
import { profileOf } from '../../src/domain/client/profiles';
import type { ReadyFile, ReadyFiles } from '../../src/domain/file/folder-files';
import type { ActivityPorts } from '../activity-ports';
import { beat, whileBeating } from '../heartbeat';
import { noteStep } from '../note-step';

const NOTHING: Found = { ready: [], quietAt: null };
/** Of one client; the rest waits in the folder until half of these have had their turn. */
const MOST_QUEUED = 50;

/** Completes claims, and takes new files where that was asked for. When to look again for one that was touched just now; null = none is. */
export async function claimReadyFiles(ports: ActivityPorts, client: Client): Promise<Date | null> {
  const { clientId } = client;
  const { look, looks } = await ports.turns.find(clientId);
  for (const begun of await ports.imports.inOrder(clientId, ['claiming'])) await claim(ports, client, begun);
  if (!look) return null;
  const { length: queued } = await ports.imports.inOrder(clientId, ['queued']);
  if (queued > MOST_QUEUED / 2) return null;
  // Its next tick asks again, and so does who resumes it.
  const isLeftAlone = !client.enabled || client.paused !== undefined;
  const { ready, quietAt, known } = isLeftAlone ? NOTHING : await findReady(ports, client);
  const taken = ready.slice(0, MOST_QUEUED - queued);
  let isGone = false;
  for (const file of taken) {
    const run = newRun(clientId, await ports.imports.nextSeq(clientId), file);
    await ports.imports.insert(run);
    if ((await claim(ports, client, run)) === 'gone') isGone = true;
    beat();
  }
  if (known !== undefined) {
    // A version whose import is still running is nothing new: every upload causes a look.
    const former = await ports.imports.find(known.claimedBy as ImportId);
    if (former === undefined || hasEnded(former)) await noteStep(ports, client, null, { kind: 'skipped', ...known });
  }
  // Another file may have taken the place of one that is gone.
  const again = isGone ? new Date(ports.clock.now().getTime() + ports.quietMs) : quietAt;
  if (again === null && taken.length === ready.length) await ports.turns.looked(clientId, looks);
  return again;
}

async function claim(ports: ActivityPorts, client: Client, run: ImportRun): Promise<'claimed' | 'gone'> {
  const { importId, clientId } = run;
  const how = await take(ports, client, run);
  if (how === 'claimed') {
    await noteStep(ports, client, importId, { kind: 'found', bytes: run.bytes });
    const isNews = await ports.imports.advance(importId, 'queued', { askedAt: ports.clock.now() }, { state: ['claiming'] });
    if (isNews) ports.log.info('file claimed', { clientId, importId, bytes: run.bytes });
    else await discardIfLate(ports, client, importId);
  } else {
    await ports.imports.removeUnclaimed(importId);
    ports.log.info('file was gone before it could be claimed', { clientId, importId });
  }
  return how;
}

async function take({ files, standing }: ActivityPorts, client: Client, run: ImportRun): Promise<'claimed' | 'gone'> {
  const { importId, clientId, fileName: name, inode } = run;
  const { upload, layout } = profileOf(client);
  if (upload === 'moved') return files.claim(clientId, importId, { name, inode });
  return whileBeating(() => standing.claimCopy(clientId, layout.upload, importId, { name, inode }));
}

/** Another worker took us for dead and has imported the file meanwhile: nobody needs our copy. */
async function discardIfLate(ports: ActivityPorts, client: Client, importId: ImportId): Promise<void> {
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

export interface Found extends ReadyFiles {
  /** A version that was taken before. */
  readonly known?: { readonly sha1: string; readonly claimedBy: string };
}

/**
 * What a client's folder holds that may be imported: files that are ready, or, where the upload stays in its place, a version of it that was
 * not taken yet. The scan asks before it wakes an inbox, and the inbox before it claims.
 */
export async function findReady(ports: ActivityPorts, client: Client): Promise<Found> {
  const { clientId } = client;
  const { upload, layout } = profileOf(client);
  const now = ports.clock.now();
  if (upload === 'moved') return whileBeating(() => ports.files.readyFiles(clientId, ports.quietMs, now));
  const { version, quietAt } = await whileBeating(() => ports.standing.readyVersion(clientId, layout.upload, ports.quietMs, now));
  if (version === undefined) return { ready: [], quietAt };
  const { file, sha1, claimedBy } = version;
  return claimedBy === null ? { ready: [file], quietAt } : { ready: [], quietAt, known: { sha1, claimedBy } };
}
