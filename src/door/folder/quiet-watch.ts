// Tells when files of one client have become ready: published where the import looks for them, and not touched for the quiet period. Memory only: what a restart forgets, the client's schedule finds in the folder.

import type { FolderLayout } from '../../domain/client/profiles';
import { isImportable, showVirtualPath, type VirtualPath } from './virtual-path';

// The scan compares file times of a coarser clock with its own: it must not come a moment too early.
const MARGIN_MS = 25;
// One look finds all files that are ready: a burst of uploads is not worth as many looks.
const APART_MS = 250;

export class QuietWatch {
  readonly #dueAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #telling = false;
  #toldAt = -Infinity;
  #stopped = false;
  readonly #layout: FolderLayout;
  readonly #quietMs: number;
  readonly #tell: () => Promise<void>;

  /** `tell` must not reject; files that become ready while it runs, or right after it, are told together. */
  constructor(layout: FolderLayout, quietMs: number, tell: () => Promise<void>) {
    this.#layout = layout;
    this.#quietMs = quietMs + MARGIN_MS;
    this.#tell = tell;
  }

  touch(path: VirtualPath): void {
    if (this.#stopped || !isImportable(this.#layout, path)) return;
    this.#dueAt.set(showVirtualPath(path), performance.now() + this.#quietMs);
    this.#arm();
  }

  forget(path: VirtualPath): void {
    this.#dueAt.delete(showVirtualPath(path));
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#timer !== undefined || this.#telling || this.#stopped || this.#dueAt.size === 0) return;
    const next = Math.max(Math.min(...this.#dueAt.values()), this.#toldAt + APART_MS);
    this.#timer = setTimeout(() => void this.#look(), Math.max(0, next - performance.now()));
  }

  async #look(): Promise<void> {
    this.#timer = undefined;
    const now = performance.now();
    const ready = [...this.#dueAt].filter(([, due]) => due <= now);
    for (const [path] of ready) this.#dueAt.delete(path);
    if (ready.length > 0) {
      this.#telling = true;
      this.#toldAt = now;
      await this.#tell();
      this.#telling = false;
    }
    this.#arm();
  }
}
