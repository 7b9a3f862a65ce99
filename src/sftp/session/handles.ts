// What a session holds open, under the names the client was given. Never more than the advertised number.

import type { FileHandle } from 'node:fs/promises';
import { MAX_HANDLES } from '../codec/protocol';
import { FolderError } from '../../door/folder/folder-error';
import type { Listing } from '../../door/folder/list-entries';
import type { Upload } from '../../door/folder/upload';
import type { SentBlocks } from '../../door/sent-blocks';

export type Handle =
  | { readonly kind: 'download'; readonly file: FileHandle; readonly readOnly: boolean }
  | { readonly kind: 'upload'; readonly upload: Upload; readonly readable: boolean; readonly blocks: SentBlocks | undefined }
  | { readonly kind: 'listing'; readonly listing: Listing };

/** A listing holds two descriptors. Clients list one directory after the other. */
const MAX_LISTINGS = 2;

export class Handles {
  readonly #open = new Map<string, Handle>();
  #issued = 0;
  readonly #ofClient: Set<unknown>;
  readonly #maxOfClient: number;

  /** `ofClient` is what all sessions of the client hold open, and shared by them. */
  constructor(ofClient: Set<unknown>, maxOfClient: number) {
    this.#ofClient = ofClient;
    this.#maxOfClient = maxOfClient;
  }

  /** Asked before something is opened, so that nothing has to be closed again. */
  assertRoom(): void {
    if (this.#open.size >= MAX_HANDLES || this.#ofClient.size >= this.#maxOfClient) throw new FolderError('failed', 'Too many open files');
  }

  /** The same for a directory. */
  assertRoomToList(): void {
    this.assertRoom();
    const listings = [...this.#open.values()].filter(({ kind }) => kind === 'listing');
    if (listings.length >= MAX_LISTINGS) throw new FolderError('failed', 'Too many open directories');
  }

  add(handle: Handle): string {
    const name = String(++this.#issued);
    this.#open.set(name, handle);
    this.#ofClient.add(handle);
    return name;
  }

  get(name: string): Handle {
    const handle = this.#open.get(name);
    if (handle === undefined) throw new FolderError('failed', 'Invalid handle');
    return handle;
  }

  take(name: string): Handle {
    const handle = this.get(name);
    this.#open.delete(name);
    this.#ofClient.delete(handle);
    return handle;
  }

  takeAll(): readonly Handle[] {
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const handle of all) this.#ofClient.delete(handle);
    return all;
  }
}
