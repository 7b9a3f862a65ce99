// How long the oldest file has been waiting that no import has taken: what shows that nothing is imported, whatever the reason. It needs
// the data directory only. The settings of the clients, which say how soon a file is expected to be taken, may be minutes old.

import { readdir, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { durationMs } from '../domain/client/schedule';
import { profileOf } from '../domain/client/profiles';
import type { Client } from '../domain/client';
import type { ClientStore } from '../ports';
import { type WaitingFiles, isTemporaryName } from '../domain/file/folder-files';
import { unlessMissing } from './folder/folder-error';
import { inBunches } from './one-at-a-time';

/** `prompt` = taken within an hour at most; `scheduled` = by a cron line or a rarer interval; `paused` = not before an operator says so. */
export const INTAKES = ['prompt', 'scheduled', 'paused'] as const;
type Intake = (typeof INTAKES)[number];
type WaitingByIntake = Readonly<Record<Intake, WaitingFiles>>;

/** A look is good for this long, and for nine times as long as it took: ten thousand folders never take more than a tenth of the time. */
const GOOD_FOR_MS = 15_000;
const SETTINGS_WITHIN_MS = 1_000;
const PROMPT_MS = 60 * 60_000;
const NONE: WaitingFiles = { files: 0, oldest: null };

interface WatchWaiting {
  readonly dataDir: string;
  readonly clients: Pick<ClientStore, 'list'>;
  readonly goodForMs?: number;
}

/** Resolves to what the last look has found, after a new one when that is due. */
export function watchWaiting({ dataDir, clients, goodForMs = GOOD_FOR_MS }: WatchWaiting): () => Promise<WaitingByIntake> {
  const root = join(dataDir, 'clients');
  let known = new Map<string, Client>();
  let look: Promise<WaitingByIntake> | undefined;
  let dueAt = 0;

  const refresh = async (): Promise<void> => {
    const late = sleep(SETTINGS_WITHIN_MS, undefined, { ref: false });
    const listed = await Promise.race([clients.list(), late]).catch(() => undefined);
    if (listed !== undefined) known = new Map(listed.map((client) => [client.clientId, client]));
  };
  const walk = async (): Promise<WaitingByIntake> => {
    const startedAt = performance.now();
    await refresh();
    const found = { prompt: NONE, scheduled: NONE, paused: NONE };
    const folders = (await readdir(root).catch(unlessMissing)) ?? [];
    await inBunches(folders, async (folder) => {
      const client = known.get(folder);
      // An upload that stays in place does not wait.
      if (client !== undefined && profileOf(client).upload === 'left-in-place') return;
      const waiting = await findWaiting(join(root, folder));
      const intake = intakeOf(client);
      found[intake] = sum(found[intake], waiting);
    });
    dueAt = performance.now() + Math.max(goodForMs, 9 * (performance.now() - startedAt));
    return found;
  };
  return () => {
    if (look === undefined || performance.now() > dueAt) {
      // Not before this one has ended.
      dueAt = Infinity;
      look = walk().catch((error: unknown) => {
        dueAt = 0;
        throw error;
      });
    }
    return look;
  };
}

/** A client that is not known yet is one that was just added. */
function intakeOf(client: Client | undefined): Intake {
  if (client === undefined) return 'prompt';
  if (!client.enabled || client.paused !== undefined) return 'paused';
  const { startOnUpload, schedule } = client.settings;
  return startOnUpload || ('every' in schedule && (durationMs(schedule.every) ?? 0) <= PROMPT_MS) ? 'prompt' : 'scheduled';
}

function sum(one: WaitingFiles, other: WaitingFiles): WaitingFiles {
  const [first] = [one.oldest, other.oldest].filter((time) => time !== null).toSorted((a, b) => a.getTime() - b.getTime());
  return { files: one.files + other.files, oldest: first ?? null };
}

/**
 * How many files of a client's folder wait to be taken by an import, and since when. Looked up in the directory alone, so that it can be
 * told when neither Temporal nor MongoDB answers. `newest` = when the newest of them was last touched.
 */
export async function findWaiting(root: string): Promise<WaitingFiles & { readonly newest: Date | null }> {
  const entries = (await readdir(root, { withFileTypes: true }).catch(unlessMissing)) ?? [];
  let files = 0;
  let [oldest, newest] = [Infinity, 0];
  for (const entry of entries) {
    if (!entry.isFile() || isTemporaryName(entry.name)) continue;
    const found = await lstat(join(root, entry.name)).catch(unlessMissing);
    if (found === undefined) continue;
    files += 1;
    oldest = Math.min(oldest, found.ctimeMs);
    newest = Math.max(newest, found.ctimeMs);
  }
  return files === 0 ? { files, oldest: null, newest: null } : { files, oldest: new Date(oldest), newest: new Date(newest) };
}
