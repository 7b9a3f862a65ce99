// Tells a process that hangs from one that is slow: only silence counts, and only after its first sign of life. A first start on a slow
// machine may take minutes before that.

const LOOK_MS = 1_000;

export interface Beats {
  /** A sign of life has come. */
  heard(): void;
  stop(): void;
}

/** Calls `onSilent` when nothing was heard for `silenceMs` since the last sign of life. */
export function watchBeats({ silenceMs, onSilent }: { readonly silenceMs: number; readonly onSilent: () => void }): Beats {
  let lastBeat: number | undefined;
  let lastLook = Date.now();
  const look = setInterval(() => {
    const now = Date.now();
    // We were asleep ourselves (a laptop's lid): its silence then says nothing.
    if (lastBeat !== undefined && now - lastLook > 3 * LOOK_MS) lastBeat = now;
    lastLook = now;
    if (lastBeat === undefined || now - lastBeat <= silenceMs) return;
    clearInterval(look);
    onSilent();
  }, LOOK_MS);
  return { heard: () => void (lastBeat = Date.now()), stop: () => clearInterval(look) };
}
