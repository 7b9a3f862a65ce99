// Shows progress as it changes: a bar that stays on its line of a terminal, or one line for each change in a log.

import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import type { Progress } from './import-progress';
import type { Printer } from '../text/print';

export interface ProgressDisplay {
  show(progress: Progress): Promise<void>;
  end(): void;
}

/** Longest text around the bar. */
const BESIDE_BAR = 66;

export function barDisplay(stdout: Writable, columns: number, print: Printer): ProgressDisplay {
  const format = '{state} [{bar}] {percentage} %  {done} of {records} records, {rejected} rejected';
  const bar = newBar(format, { stdout, columns: columns - BESIDE_BAR });
  let started = false;
  return {
    async show(progress) {
      const total = Math.max(1, progress.parts);
      const words = {
        state: progress.state.padEnd('backing-up'.length),
        done: print.number(progress.recordsDone),
        records: print.number(progress.records),
        rejected: print.number(progress.rejected),
      };
      // A file without records, or a refused one, has no parts and is done all the same.
      const value = progress.parts === 0 && progress.state === 'finished' ? total : progress.partsDone;
      if (!started) bar.start(total, value, words);
      started = true;
      bar.setTotal(total);
      bar.update(value, words);
    },
    end() {
      if (started) bar.stop();
    },
  };
}

/** `columns` = what the text beside the bar leaves of a line. */
export function newBar(format: string, { stdout, columns }: { readonly stdout: Writable; readonly columns: number }): SingleBar {
  const barsize = Math.min(40, Math.max(10, columns));
  return new SingleBar({ format, stream: stdout, barsize, barCompleteChar: '#', barIncompleteChar: '.', linewrap: true });
}

export function lineDisplay(print: Printer): ProgressDisplay {
  let last = '';
  return {
    async show({ state, parts, partsDone, records, recordsDone, rejected }) {
      const percent =
        parts === 0
          ? ''
          : ` ${Math.floor((partsDone / parts) * 100)} %, ${print.number(recordsDone)} of ${print.number(records)} records, ${print.number(rejected)} rejected`;
      const line = `${state}${percent}`;
      if (line !== last) await print.raw(`${line}\n`);
      last = line;
    },
    end: () => {},
  };
}

/** With --json only the end is told. */
export const noDisplay: ProgressDisplay = { show: async () => {}, end: () => {} };
