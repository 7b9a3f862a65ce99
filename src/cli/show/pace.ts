// How fast something goes, and how long it will still take: by what was done in the last half minute.

const WINDOW_MS = 30_000;

interface Pace {
  /** In a second. */
  readonly rate: number;
  readonly secondsLeft: number;
}

/** Told each time what is done of what; undefined until that has grown. */
export function createPace(now: () => Date): (done: number, of: number) => Pace | undefined {
  let seen: { readonly at: number; readonly done: number }[] = [];
  return (done, of) => {
    const at = now().getTime();
    // It has not begun, or has started over.
    if (of === 0 || (seen.at(-1)?.done ?? 0) > done) seen = [];
    if (of === 0) return undefined;
    // The last one before the window stays: nothing may have been done within it.
    const inWindow = seen.findIndex((one) => at - one.at <= WINDOW_MS);
    seen = [...seen.slice(Math.max(0, inWindow === -1 ? seen.length - 1 : inWindow - 1)), { at, done }];
    const first = seen[0];
    if (first === undefined || first.done === done || first.at === at || done >= of) return undefined;
    const rate = ((done - first.done) * 1000) / (at - first.at);
    return { rate, secondsLeft: (of - done) / rate };
  };
}

/** `0:05`, `12:40`, `1:02:03`. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${inTwo(minutes)}:${inTwo(rest)}` : `${minutes}:${inTwo(rest)}`;
}

function inTwo(n: number): string {
  return String(n).padStart(2, '0');
}
