// Shows progress as it changes: a bar that stays on its line of a terminal, or one line for each change in a log. How fast it goes, and how
// long it will still take, is told by what was done in the last half minute.

import type { SingleBar } from 'cli-progress';
import type { CliDeps } from '../deps';
import { grouped } from '../../domain/report/wording';
import type { Printer } from '../text/print';

export interface Progress {
  /** What is being done, e.g. `applying`. */
  readonly label: string;
  readonly done: number;
  /** 0 = not known yet. */
  readonly of: number;
  /** Of what, e.g. `records`. */
  readonly unit: string;
  /** What else there is to say, where there is room for it. */
  readonly more: string;
  /** Since when; until when, once it is over. */
  readonly since: Date;
  readonly until: Date | null;
}

export interface ProgressDisplay {
  show(progress: Progress): Promise<void>;
  end(): void;
}

const LONGEST_LABEL = 'backing-up'.length;
const LONGEST_BAR = 40;
const SHORTEST_BAR = 5;
const WINDOW_MS = 30_000;

/** With --json only the end is told. */
export const noDisplay: ProgressDisplay = { show: async () => {}, end: () => {} };

export function progressDisplay({ stdout, columns, now }: Pick<CliDeps, 'stdout' | 'columns' | 'now'>, print: Printer): ProgressDisplay {
  if (print.json) return noDisplay;
  const paceOf = createPace(now);
  const words = (progress: Progress): Words => {
    const pace = paceOf(progress.done, progress.of);
    return {
      done: doneText(progress),
      more: moreText(progress),
      pace: pace === undefined ? '' : `${rateText(pace.rate)}, ${durationText(pace.secondsLeft)} left`,
    };
  };
  return columns === undefined ? lines(print, words) : bar({ stdout, columns, now }, words);
}

/** `applying 40 %, 1,200 of 3,000 records, 4 rejected` */
export function progressLine(progress: Progress): string {
  const { label, of } = progress;
  return of === 0 ? label : `${label} ${percentOf(progress)} %, ${doneText(progress)}${moreText(progress)}`;
}

function doneText({ done, of, unit }: Progress): string {
  return `${grouped(done)} of ${grouped(of)} ${unit}`;
}

function moreText({ more }: Progress): string {
  return more === '' ? '' : `, ${more}`;
}

/** Parts of an undo take seconds each. */
function rateText(rate: number): string {
  return rate < 1 ? '' : `, ${grouped(Math.round(rate))}/s`;
}

interface Words {
  readonly done: string;
  readonly more: string;
  readonly pace: string;
}

function lines(print: Printer, words: (progress: Progress) => Words): ProgressDisplay {
  let last = '';
  return {
    async show(progress) {
      const { pace } = words(progress);
      const line = progressLine(progress);
      // A pace that has changed is not worth a line.
      if (line !== last) await print.raw(`${line}${pace}\n`);
      last = line;
    },
    end: () => {},
  };
}

function bar(
  { stdout, columns, now }: Pick<CliDeps, 'stdout' | 'now'> & { readonly columns: number },
  words: (progress: Progress) => Words,
) {
  let single: SingleBar | undefined;
  return {
    async show(progress: Progress) {
      const { done, more, pace } = words(progress);
      const elapsed = durationText(((progress.until ?? now()).getTime() - progress.since.getTime()) / 1000);
      const text = barText(progress, { done, more, pace: `, ${elapsed}${pace}` }, columns);
      if (single === undefined) {
        const { SingleBar } = await import('./single-bar.js');
        single = new SingleBar({ format: (_options, _params, { text: shown }) => shown, stream: stdout, linewrap: true });
        single.start(1, 0, { text });
      }
      single.update(0, { text });
    },
    end() {
      single?.stop();
    },
  };
}

/** `applying   [####......] 40 %  1,200 of 3,000 records, 4 rejected, 0:12, 110/s, 0:16 left`: less of it on a narrow terminal. */
function barText(progress: Progress, { done, more, pace }: Words, columns: number): string {
  const label = progress.label.padEnd(LONGEST_LABEL);
  const ends = progress.of === 0 ? [pace] : [`${done}${more}${pace}`, `${done}${pace}`];
  const percent = `${percentOf(progress)} %`.padStart('100 %'.length);
  const room = (end: string) => columns - `${label} [] ${percent}  ${end}`.length - 1;
  const end = ends.find((one) => room(one) >= SHORTEST_BAR) ?? ends.at(-1) ?? '';
  const size = Math.min(LONGEST_BAR, room(end));
  const filled = Math.floor((size * percentOf(progress)) / 100);
  const drawn = size < SHORTEST_BAR ? '' : `[${'#'.repeat(filled)}${'.'.repeat(size - filled)}] `;
  return `${label} ${drawn}${percent}  ${end.replace(/^, /, '')}`.slice(0, columns - 1);
}

function percentOf({ done, of }: Progress): number {
  return of === 0 ? 0 : Math.floor((done / of) * 100);
}

interface Pace {
  /** In a second. */
  readonly rate: number;
  readonly secondsLeft: number;
}

/** Told each time what is done of what; undefined until that has grown. */
function createPace(now: () => Date): (done: number, of: number) => Pace | undefined {
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
function durationText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${inTwo(minutes)}:${inTwo(rest)}` : `${minutes}:${inTwo(rest)}`;
}

function inTwo(n: number): string {
  return String(n).padStart(2, '0');
}
