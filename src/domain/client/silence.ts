// When a client that was to send files has been silent for too long. A silence begins with the newest file, or with the client itself,
// and is named after that: so each is reported once, and a new file starts another.

import type { Client } from '../client';
import { durationMs } from './duration';
import { importIdOf, type ImportId } from '../ids';
import type { ImportRun } from '../import-run';

export interface Silence {
  /** The import after which no other came; number 0 when there never was one. */
  readonly after: ImportId;
  readonly since: Date;
}

type NewestImport = Pick<ImportRun, 'importId' | 'receivedAt'>;

/** Undefined while all is well, or nothing is expected. Files of a paused client wait in its folder, so they cannot be missed. */
export function silenceOf(client: Client, newest: NewestImport | undefined, now: Date): Silence | undefined {
  if (!client.enabled || client.paused !== undefined || client.settings.expectFileEvery === null) return undefined;
  const limit = durationMs(client.settings.expectFileEvery);
  const since = newest?.receivedAt ?? client.addedAt;
  if (limit === undefined || since === undefined || now.getTime() - since.getTime() <= limit) return undefined;
  return { after: newest?.importId ?? importIdOf(client.clientId, 0), since };
}
