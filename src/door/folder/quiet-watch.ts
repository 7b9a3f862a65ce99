// Tells when files of one client have become ready: published under a name of the root that is not temporary, and not touched for the
// quiet period. Memory only: what a restart forgets, the client's schedule finds in the folder.

import { isTemporaryName } from '../../domain/temporary-name';
import type { VirtualPath } from './virtual-path';

// The scan compares file times of a coarser clock with its own: it must not come a moment too early.
const MARGIN_MS = 25;
// One look finds all files that are ready: a burst of uploads is not worth as many looks.
const APART_MS = 250;

export class QuietWatch {
  private readonly dueAt = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private telling = false;
  private toldAt = -Infinity;
  private stopped = false;
  private readonly quietMs: number;
  private readonly tell: () => Promise<void>;

  /** `tell` must not reject; files that become ready while it runs, or right after it, are told together. */
  constructor(quietMs: number, tell: () => Promise<void>) {
    this.quietMs = quietMs + MARGIN_MS;
    this.tell = tell;
  }

  touch(path: VirtualPath): void {
    const name = importableName(path);
    if (name === undefined || this.stopped) return;
    this.dueAt.set(name, performance.now() + this.quietMs);
    this.arm();
  }

  forget(path: VirtualPath): void {
    const name = importableName(path);
    if (name !== undefined) this.dueAt.delete(name);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private arm(): void {
    if (this.timer !== undefined || this.telling || this.stopped || this.dueAt.size === 0) return;
    const next = Math.max(Math.min(...this.dueAt.values()), this.toldAt + APART_MS);
    this.timer = setTimeout(() => void this.look(), Math.max(0, next - performance.now()));
  }

  private async look(): Promise<void> {
    this.timer = undefined;
    const now = performance.now();
    const ready = [...this.dueAt].filter(([, due]) => due <= now);
    for (const [name] of ready) this.dueAt.delete(name);
    if (ready.length > 0) {
      this.telling = true;
      this.toldAt = now;
      await this.tell();
      this.telling = false;
    }
    this.arm();
  }
}

function importableName(path: VirtualPath): string | undefined {
  const [name, ...deeper] = path;
  return name === undefined || deeper.length > 0 || isTemporaryName(name) ? undefined : name;
}
