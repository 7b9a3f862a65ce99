// The schedules that look for files: when each last ran, and how many ticks were never made up for.

import { Gauge, type Registry } from 'prom-client';

export interface ScanState {
  readonly last: Date | undefined;
  readonly missed: number;
}

interface ScanGauges {
  readonly set: (scans: ReadonlyMap<string, ScanState>) => void;
  readonly forget: () => void;
}

export function createScanGauges(registers: Registry[]): ScanGauges {
  const last = new Gauge({
    name: 'imports_last_scan_timestamp_seconds',
    help: 'When a schedule last looked for files.',
    labelNames: ['schedule'],
    registers,
  });
  const missed = new Gauge({
    name: 'imports_scans_missed',
    help: 'Ticks of a schedule that were missed and not made up for, since it was made.',
    labelNames: ['schedule'],
    registers,
  });
  const forget = (): void => {
    last.reset();
    missed.reset();
  };
  return {
    set(scans) {
      // A schedule that was removed has no last scan.
      forget();
      for (const [schedule, scan] of scans) {
        if (scan.last !== undefined) last.set({ schedule }, scan.last.getTime() / 1000);
        missed.set({ schedule }, scan.missed);
      }
    },
    forget,
  };
}
