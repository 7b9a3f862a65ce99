// What a client's folder holds that may be imported: files that are ready, or, where the upload stays in its place, a version of it that was
// not taken yet. The scan asks before it wakes an inbox, and the inbox before it claims.

import type { Client } from '../../src/domain/client';
import { profileOf } from '../../src/domain/client/profiles';
import type { ReadyFiles } from '../../src/domain/file/folder-files';
import type { ActivityPorts } from '../activity-ports';
import { whileBeating } from '../heartbeat';

export interface Found extends ReadyFiles {
  /** A version that was taken before. */
  readonly known?: { readonly sha1: string; readonly claimedBy: string };
}

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
