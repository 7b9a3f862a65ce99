// What a client's folder holds that may be imported: files that are ready, or, where the upload stays in its place, a version of it that was
// not taken yet. The scan asks before it wakes an inbox, and the inbox before it claims.

import type { Client } from '../../src/domain/client';
import { profileOf } from '../../src/domain/client/profiles';
import type { ReadyFile } from '../../src/ports';
import type { ActivityPorts } from '../activity-ports';
import { whileBeating } from '../heartbeat/while-beating';

/** Files taken at once; the rest waits in the folder until these have had their turn. */
const AT_ONCE = 50;

export interface Found {
  readonly ready: readonly ReadyFile[];
  /** A version that was taken before. */
  readonly known?: { readonly sha1: string; readonly claimedBy: string };
}

export async function findReady(ports: Pick<ActivityPorts, 'files' | 'standing' | 'clock' | 'quietMs'>, client: Client): Promise<Found> {
  const { clientId } = client;
  const { upload, layout } = profileOf(client);
  if (upload === 'moved') {
    const ready = await ports.files.readyFiles(clientId, ports.quietMs, ports.clock.now());
    return { ready: ready.slice(0, AT_ONCE) };
  }
  const found = await whileBeating(() => ports.standing.readyVersion(clientId, layout.upload, ports.quietMs, ports.clock.now()));
  if (found === undefined) return { ready: [] };
  const { file, sha1, claimedBy } = found;
  return claimedBy === null ? { ready: [file] } : { ready: [], known: { sha1, claimedBy } };
}
