// The staging directory of one client, `uploads/<id>/`: the bytes of an upload under a name nobody can guess, and beside them a note
// that says for which path they are. The note is what makes a broken-off upload a partial that can be resumed, also after a crash;
// bytes without a note (a hole in them) are rubbish. Nothing in here is ever imported.

import { randomUUID } from 'node:crypto';
import { lstat, mkdir, open, readdir, readFile, rm, statfs, writeFile, type FileHandle } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { unreachable } from '../../errors';
import type { Clock } from '../../ports';
import { inBunches, oneAtATime } from '../one-at-a-time';
import { folderErrorOf, unlessMissing } from './folder-error';

/** A broken-off upload, or one that is going on: as far as it came. */
export interface Partial {
  readonly stagedId: string;
  /** As shown to the client. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** A note changes when another process renames its upload. */
const NOTES_GOOD_FOR_MS = 60_000;
const PARTIAL_KEPT_MS = 24 * 60 * 60 * 1000;
/** Bytes without a note: longer than a session may do nothing to an upload that has a hole. */
const RUBBISH_KEPT_MS = 60 * 60 * 1000;
const NOTE = '.json';
const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

export class Staging {
  readonly #root: string;
  /** Uploads that this process has let go of, and their bytes then; or that it writes to. */
  readonly #left = new Map<string, number | 'held'>();
  /** What the notes say, by staged id. Kept up with what this process does; what others do is read from the disk. */
  readonly #paths = new Map<string, string>();
  /** What changed in memory while the disk was being read. */
  readonly #changed = new Set<string>();
  #notesReadAt = -Infinity;
  /** Other processes stage uploads of the client, too: names are looked at each time, once for all who ask at the same time. */
  readonly #readIndex = oneAtATime(() => this.#readNotes());

  constructor(root: string) {
    this.#root = root;
  }

  async prepare(): Promise<void> {
    await mkdir(this.#root, { recursive: true });
  }

  pathOf(stagedId: string): string {
    return join(this.#root, stagedId);
  }

  async create(path: string): Promise<{ readonly stagedId: string; readonly file: FileHandle }> {
    const stagedId = randomUUID();
    const file = await open(this.pathOf(stagedId), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW).catch(ours);
    try {
      // The note comes second: by it others find the bytes, to discard them, too.
      await this.note(stagedId, path);
    } catch (error) {
      await file.close();
      await this.discard(stagedId);
      throw error;
    }
    this.hold(stagedId);
    return { stagedId, file };
  }

  reopen(stagedId: string): Promise<FileHandle> {
    return open(this.pathOf(stagedId), O_RDWR | O_NOFOLLOW);
  }

  async note(stagedId: string, path: string): Promise<void> {
    this.#changed.add(stagedId);
    this.#paths.set(stagedId, path);
    await writeFile(this.pathOf(stagedId) + NOTE, JSON.stringify({ path }));
  }

  async forgetNote(stagedId: string): Promise<void> {
    this.#changed.add(stagedId);
    this.#paths.delete(stagedId);
    await rm(this.pathOf(stagedId) + NOTE, { force: true });
  }

  async discard(stagedId: string): Promise<void> {
    await this.forgetNote(stagedId);
    await rm(this.pathOf(stagedId), { force: true });
  }

  /** One upload of this process writes to it, until it is published or left. */
  hold(stagedId: string): void {
    this.#left.set(stagedId, 'held');
  }

  isHeld(stagedId: string): boolean {
    return this.#left.get(stagedId) === 'held';
  }

  /** This process writes to it no more. */
  leave(stagedId: string, bytes: number): void {
    this.#left.set(stagedId, bytes);
  }

  /** Whether it is as this process left it, so that nobody else can be writing to it. */
  isLeft({ stagedId, bytes }: Partial): boolean {
    return this.#left.get(stagedId) === bytes;
  }

  /** The newest partial of each path. */
  async partials(): Promise<ReadonlyMap<string, Partial>> {
    await this.#readIndex();
    const newest = new Map<string, Partial>();
    for (const partial of await inBunches([...this.#paths], ([stagedId, path]) => this.#look(stagedId, path))) {
      const other = partial && newest.get(partial.path);
      if (partial !== undefined && (other === undefined || other.modifiedAt <= partial.modifiedAt)) newest.set(partial.path, partial);
    }
    return newest;
  }

  /** The newest partial of one path. */
  async partialOf(path: string): Promise<Partial | undefined> {
    await this.#readIndex();
    return (await this.#found(path))[0];
  }

  /** Those of one path but one, newest first. */
  async partialsOf(path: string, except?: string): Promise<readonly Partial[]> {
    await this.#readIndex();
    return this.#found(path, except);
  }

  async #found(path: string, except?: string): Promise<readonly Partial[]> {
    const stagedIds = [...this.#paths].filter(([stagedId, of]) => of === path && stagedId !== except).map(([stagedId]) => stagedId);
    const partials = await inBunches(stagedIds, (stagedId) => this.#look(stagedId, path));
    return partials.filter((partial) => partial !== undefined).toSorted((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime());
  }

  async #readNotes(): Promise<void> {
    const startedAt = performance.now();
    this.#changed.clear();
    const names = await readdir(this.#root).catch(ours);
    const present = new Set(names.filter((name) => name.endsWith(NOTE)).map((name) => name.slice(0, -NOTE.length)));
    for (const known of [this.#left, this.#paths])
      for (const stagedId of known.keys()) if (!present.has(stagedId) && !this.#changed.has(stagedId)) known.delete(stagedId);
    if (startedAt - this.#notesReadAt >= NOTES_GOOD_FOR_MS) this.#notesReadAt = startedAt;
    const unread = [...present].filter((stagedId) => this.#notesReadAt === startedAt || !this.#paths.has(stagedId));
    await inBunches(unread, async (stagedId) => {
      const note = await readFile(this.pathOf(stagedId) + NOTE, 'utf8').catch(unlessMissing);
      if (this.#changed.has(stagedId)) return;
      const path = note && pathIn(note);
      if (path) this.#paths.set(stagedId, path);
      else this.#paths.delete(stagedId);
    });
  }

  /** The bytes of each staged file, with or without a note. */
  async sizes(): Promise<readonly number[]> {
    const names = (await readdir(this.#root).catch(ours)).filter((name) => !name.endsWith(NOTE));
    const stats = await inBunches(names, (name) => lstat(this.pathOf(name)).catch(unlessMissing));
    return stats.filter((found) => found !== undefined).map(({ size }) => size);
  }

  /** Of the disk that uploads are written to, in bytes: what is left for us, and all of it. */
  async space(): Promise<{ readonly free: number; readonly total: number }> {
    const { bsize, bavail, blocks } = await statfs(this.#root).catch(ours);
    return { free: bavail * bsize, total: blocks * bsize };
  }

  /** Removes what nobody has written to for a day; without a note, for an hour. By ctime, which no client can set. */
  async removeOld(clock: Clock): Promise<void> {
    const names = new Set(await readdir(this.#root));
    for (const name of names) {
      const stagedId = name.endsWith(NOTE) ? name.slice(0, -NOTE.length) : name;
      const data = await lstat(this.pathOf(stagedId)).catch(unlessMissing);
      const keptMs = names.has(stagedId + NOTE) ? PARTIAL_KEPT_MS : RUBBISH_KEPT_MS;
      if (data === undefined || data.ctimeMs < clock.now().getTime() - keptMs) await rm(join(this.#root, name), { force: true });
    }
  }

  async #look(stagedId: string, path: string): Promise<Partial | undefined> {
    const stats = await lstat(this.pathOf(stagedId)).catch(unlessMissing);
    return stats && { stagedId, path, bytes: stats.size, modifiedAt: stats.mtime };
  }
}

/** A full disk is told to the client; that staging is missing or closed to us is for the log, not a "no such file" of the client's. */
function ours(error: unknown): never {
  if (folderErrorOf(error)?.kind === 'failed') throw error;
  throw unreachable('Reaching the staging directory failed. Check IMPORTS_DATA_DIR and its permissions.', { cause: error });
}

/** Undefined when the note was cut by a crash while it was written. */
function pathIn(note: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(note);
    return typeof parsed === 'object' && parsed !== null && 'path' in parsed && typeof parsed.path === 'string' ? parsed.path : undefined;
  } catch {
    return undefined;
  }
}
