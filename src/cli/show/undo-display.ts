// Shows how far an undo has come: a bar that stays on its line of a terminal, or one line for each change in a log.

import type { CliDeps } from '../deps';
import type { Printer } from '../text/print';
import { newBar } from './progress-display';

export interface UndoDisplay {
  show(progress: UndoProgress): Promise<void>;
  end(): void;
}

export interface UndoProgress {
  readonly done: number;
  /** Parts in all; null = not known yet. */
  readonly of: number | null;
  /** No worker has taken it up. */
  readonly isLate: boolean;
}

const NOBODY = 'No worker has taken it up yet; see whether one runs: imports doctor\n';
const BESIDE_BAR = 40;

/** With --json only the end is told. */
export const noUndoDisplay: UndoDisplay = { show: async () => {}, end: () => {} };

export function undoDisplay({ stdout, columns }: Pick<CliDeps, 'stdout' | 'columns'>, print: Printer): UndoDisplay {
  if (print.json) return noUndoDisplay;
  const showParts = columns === undefined ? lines(print) : bar(stdout, columns);
  let isTold = false;
  return {
    async show(progress) {
      if (progress.isLate && !isTold) await print.raw(NOBODY);
      isTold ||= progress.isLate;
      if (progress.of !== null) await showParts.show(progress.done, progress.of);
    },
    end: showParts.end,
  };
}

function lines(print: Printer) {
  let last = '';
  return {
    async show(done: number, of: number): Promise<void> {
      const line = `undoing ${Math.floor((done / of) * 100)} %, ${done} of ${of} parts\n`;
      if (line !== last) await print.raw(line);
      last = line;
    },
    end: () => {},
  };
}

function bar(stdout: CliDeps['stdout'], columns: number) {
  const single = newBar('undoing [{bar}] {percentage} %  {value} of {total} parts', { stdout, columns: columns - BESIDE_BAR });
  let started = false;
  return {
    async show(done: number, of: number): Promise<void> {
      if (!started) single.start(of, done);
      started = true;
      single.update(done);
    },
    end: () => {
      if (started) single.stop();
    },
  };
}
