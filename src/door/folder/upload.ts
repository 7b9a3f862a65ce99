// One file on its way in, from OPEN to CLOSE. Bytes go to staging; only a CLOSE on a whole file publishes them, in one rename. Whatever
// else ends the session leaves a partial that the client can resume and the import never sees.
//
// Opening without "truncate" does not tell whether the client resumes or overwrites (scp never truncates): the first write does.

import type { FileHandle } from 'node:fs/promises';
import type { ClientFolder, OpenUpload } from './client-folder';
import { FolderError, tooLarge } from './folder-error';
import { openPublished } from './look-up';
import type { UploadRequest } from './open-upload';
import { discardStalePartials, takeOver, publishStaged } from './staged';
import type { Partial } from './staging';
import { showVirtualPath, type VirtualPath } from './virtual-path';
import { copyAll, writeAll, WrittenRanges } from './written-ranges';

/** What lies there already, should the client turn out to continue it. */
type UploadBase =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'published'; readonly bytes: number }
  | { readonly kind: 'partial'; readonly partial: Partial };

interface Staged {
  readonly stagedId: string;
  readonly file: FileHandle;
}

export interface FileTimes {
  readonly accessed: number;
  readonly modified: number;
}

/** By then each front door has noticed that a connection is dead: it asks for a sign of life every 15 s and gives up after three. */
const DEAD_MS = 2 * 60 * 1000;

export class Upload implements OpenUpload {
  readonly #folder: ClientFolder;
  #request: UploadRequest;
  readonly #base: UploadBase;
  /** Partials of the path that this upload takes the place of. */
  readonly #older: readonly Partial[];
  readonly #startedAt = performance.now();
  #staged: Staged | undefined;
  #ranges = new WrittenRanges();
  #expectedBytes: number | undefined;
  #times: FileTimes | undefined;
  /** Set once, says why nothing more is taken: the bytes are too many, or are another session's now. */
  #refusal: FolderError | undefined;
  #holed = false;
  /** Bytes that the client sent did not get to the disk. Some clients close the file all the same. */
  #broken = false;

  constructor(folder: ClientFolder, request: UploadRequest, found: { readonly base: UploadBase; readonly older: readonly Partial[] }) {
    this.#folder = folder;
    this.#request = request;
    this.#base = found.base;
    this.#older = found.older;
    this.#expectedBytes = request.declaredBytes;
  }

  get stagedId(): string | undefined {
    return this.#staged?.stagedId;
  }

  get path(): string {
    return showVirtualPath(this.#request.path);
  }

  moveTo(path: VirtualPath): void {
    this.#request = { ...this.#request, path };
  }

  get bytes(): number {
    if (this.#staged !== undefined) return this.#ranges.end;
    return this.#base.kind === 'published' ? this.#base.bytes : this.#base.kind === 'partial' ? this.#base.partial.bytes : 0;
  }

  async write(offset: number, data: Buffer): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const { append, maxBytes } = this.#request;
    const { file, stagedId } = await this.#orBroken(this.stage(append || offset > 0 ? 'continue' : 'afresh'));
    const at = append ? this.#ranges.end : offset;
    if (at + data.length > maxBytes) throw (this.#refusal = tooLarge(maxBytes));
    await this.#takeRoom(at + data.length - this.#ranges.end);
    // Another session may have taken the bytes over meanwhile: their note is not ours any more.
    if (this.#refusal !== undefined) throw this.#refusal;
    // A crash must not leave a file with a hole in it as a partial that looks like so many good bytes.
    if (at > this.#ranges.contiguous && !this.#holed) {
      this.#holed = true;
      await this.#orBroken(this.#folder.staging.forgetNote(stagedId));
    }
    await this.#orBroken(writeAll(file, data, at));
    if (!this.#ranges.add(at, at + data.length)) throw (this.#refusal = new FolderError('failed', 'Blocks are too scattered'));
  }

  async read(buffer: Buffer, offset: number): Promise<number> {
    if (this.#refusal !== undefined) throw this.#refusal;
    const { file } = await this.stage('continue');
    return (await this.#unlessLost(file.read(buffer, 0, buffer.length, offset))).bytesRead;
  }

  /** Cuts the file; a size beyond its end is taken as a promise of bytes that are still to come. */
  async setSize(bytes: number): Promise<void> {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (bytes > this.#request.maxBytes) throw (this.#refusal = tooLarge(this.#request.maxBytes));
    const { file } = await this.#orBroken(this.stage(bytes === 0 ? 'afresh' : 'continue'));
    if (bytes <= this.#ranges.end) await this.#orBroken(file.truncate(bytes));
    this.#ranges.truncate(bytes);
    this.#expectedBytes = bytes > this.#ranges.end ? bytes : undefined;
  }

  /** Applied when the file is published: until then its own times tell how old the partial is. */
  setTimes(times: FileTimes): void {
    this.#times = times;
  }

  async sync(): Promise<void> {
    await this.#unlessLost(this.#staged?.file.datasync());
  }

  /** The client says that the file is complete. Returns when it is published and safe on disk; throws when it is not. */
  async close(): Promise<void> {
    this.#folder.uploads.delete(this);
    if (this.#refusal !== undefined) return this.#reject(this.#refusal);
    if (this.#staged === undefined && this.#broken) throw incomplete();
    // Opened and closed without writing: the published file is unchanged.
    if (this.#staged === undefined && this.#base.kind === 'published') return;
    try {
      const { file, stagedId } = await this.stage('continue');
      if (this.#broken || this.#ranges.hasHole || (this.#expectedBytes ?? this.#ranges.end) !== this.#ranges.end) {
        throw incomplete();
      }
      const { path, exclusive } = this.#request;
      await publishStaged(this.#folder, { stagedId, file, path, exclusive, bytes: this.#ranges.end, times: this.#times });
      this.#staged = undefined;
      this.#report('complete');
    } catch (error) {
      await this.#keep();
      // Another session may have removed or continued it while it was being closed.
      throw this.#refusal ?? error;
    }
  }

  /** The session ended without a CLOSE. */
  async abandon(): Promise<void> {
    this.#folder.uploads.delete(this);
    if (this.#refusal !== undefined) await this.#reject(this.#refusal).catch(() => undefined);
    else await this.#keep();
  }

  async lose(why: string): Promise<void> {
    // Nobody finds it under its name any more; that it was lost is told at its end.
    this.#folder.uploads.delete(this);
    this.#refusal = new FolderError('failed', why);
    const staged = this.#staged;
    this.#staged = undefined;
    // Waits for a write that is under way.
    await staged?.file.close();
  }

  /** Where the bytes go. `continue` starts from what lies there, `afresh` from nothing; asked once, the first time decides. */
  async stage(how: 'continue' | 'afresh'): Promise<Staged> {
    return this.#staged ?? this.#unlessLost(this.#begin(how));
  }

  async #begin(how: 'continue' | 'afresh'): Promise<Staged> {
    const folder = this.#folder;
    const base = this.#base;
    if (how === 'continue' && base.kind === 'partial') {
      // In turn: of two sessions that continue it at the same moment, the second must find the first to take over from.
      const continued = await folder.inTurn(() => this.#continueIn(base.partial));
      if (continued !== undefined) return continued;
    }
    await folder.room.takeFile();
    if (how === 'continue') await this.#takeRoom(this.bytes);
    const staged = await folder.staging.create(this.path);
    this.#staged = staged;
    const source = how === 'continue' ? await this.#openBase() : undefined;
    if (source !== undefined) this.#ranges = new WrittenRanges(await copyAll(source, staged.file));
    await discardStalePartials(folder, this.#older);
    return staged;
  }

  async #openBase(): Promise<FileHandle | undefined> {
    const base = this.#base;
    if (base.kind === 'nothing') return undefined;
    return base.kind === 'published' ? openPublished(this.#folder, this.#request.path) : this.#folder.staging.reopen(base.partial.stagedId);
  }

  /** Undefined when it is somebody else's still: then a copy is continued. */
  async #continueIn(partial: Partial): Promise<Staged | undefined> {
    if (!(await this.#mayContinue(partial))) return undefined;
    const { staging } = this.#folder;
    const { stagedId } = partial;
    const file = await staging.reopen(stagedId);
    staging.hold(stagedId);
    this.#ranges = new WrittenRanges((await file.stat()).size);
    return (this.#staged = { stagedId, file });
  }

  /** False when another process may still be writing to the partial, or one of our own sessions is about to publish it. */
  async #mayContinue(partial: Partial): Promise<boolean> {
    if (await takeOver(this.#folder, partial.stagedId)) return true;
    if (this.#folder.staging.isHeld(partial.stagedId)) return false;
    if (this.#folder.staging.isLeft(partial)) return true;
    return this.#folder.clock.now().getTime() - partial.modifiedAt.getTime() > DEAD_MS;
  }

  /** What the client has no right to is thrown away; what only the disk cannot hold now is kept for resuming. */
  async #takeRoom(bytes: number): Promise<void> {
    await this.#orBroken(this.#folder.room.assertOnDisk(bytes));
    try {
      await this.#folder.room.takeBytes(bytes);
    } catch (error) {
      if (error instanceof FolderError) this.#refusal = error;
      else this.#broken = true;
      throw error;
    }
  }

  async #orBroken<T>(step: Promise<T>): Promise<T> {
    try {
      return await this.#unlessLost(step);
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  /** When another session takes the bytes over, the file is closed under a step that is about to use it. */
  async #unlessLost<T>(step: T): Promise<Awaited<T>> {
    try {
      return await step;
    } catch (error) {
      throw this.#refusal ?? error;
    }
  }

  async #keep(): Promise<void> {
    const staged = this.#staged;
    if (staged === undefined) return;
    this.#staged = undefined;
    const { contiguous } = this.#ranges;
    try {
      // Only a file with a hole: it has no note, so no other process can have continued or published it.
      if (this.#holed) await staged.file.truncate(contiguous);
      await staged.file.datasync();
      this.#folder.staging.leave(staged.stagedId, (await staged.file.stat()).size);
    } finally {
      await staged.file.close();
    }
    if (contiguous === 0) await this.#folder.staging.discard(staged.stagedId);
    else if (this.#holed) await this.#folder.staging.note(staged.stagedId, this.path);
    this.#report('partial');
  }

  async #reject(refusal: FolderError): Promise<never> {
    const staged = this.#staged;
    this.#staged = undefined;
    await staged?.file.close();
    if (staged !== undefined) await this.#folder.staging.discard(staged.stagedId);
    this.#report('rejected');
    throw refusal;
  }

  #report(result: 'complete' | 'partial' | 'rejected'): void {
    const seconds = Math.round(performance.now() - this.#startedAt) / 1000;
    this.#folder.metrics.uploadEnded({ clientId: this.#folder.clientId, result, bytes: this.#ranges.end });
    this.#folder.log.info('Upload ended', { clientId: this.#folder.clientId, bytes: this.#ranges.end, seconds, result });
  }
}

function incomplete(): FolderError {
  return new FolderError('failed', 'The file is not complete (size mismatch or failed write); resume the upload or send it again');
}
