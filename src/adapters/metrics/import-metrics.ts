// What a worker measures, for Prometheus. What has ended is counted when it ends; what is open is read from the database or Temporal at every
// scrape, so that every worker gives the right answer.

import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { OPEN_STATES, WAITING_STATES } from '../../domain/import-state';
import type { Clock, ImportMetrics, ImportStore } from '../../ports';
import { type Counted, within } from './serve-metrics';

const DECISIONS = ['created', 'updated', 'unchanged', 'archived', 'rejected', 'repeated', 'superseded'] as const;
/** A database that does not answer must not make the scrape fail. */
const PATIENCE_MS = 2_000;

interface Counting {
  readonly imports: Pick<ImportStore, 'waiting'>;
  readonly clock: Clock;
  /** The schedules that look for files, by the name of their setting. */
  readonly scans: () => Promise<ReadonlyMap<string, ScanState>>;
}

export function createImportMetrics({ imports, clock, scans }: Counting): ImportMetrics & Counted {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const ended = new Counter({ name: 'imports_ended_total', help: 'Imports by outcome.', labelNames: ['client', 'outcome'], registers });
  const records = new Counter({
    name: 'imports_records_total',
    help: 'Records of ended imports by decision; an archived user counts as updated, too.',
    labelNames: ['client', 'decision'],
    registers,
  });
  const phases = new Histogram({
    name: 'imports_phase_seconds',
    help: 'How long a step of the phase took; a failed step is tried again.',
    labelNames: ['phase', 'result'],
    buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3600],
    registers,
  });
  const alarms = new Counter({
    name: 'imports_silence_alarms_total',
    help: 'Alarms sent because no file came.',
    labelNames: ['client'],
    registers,
  });
  const webhooks = new Counter({
    name: 'imports_webhooks_total',
    help: 'Events that a receiver took, or that were given up: after a day, or at once after status 410.',
    labelNames: ['client', 'result'],
    registers,
  });
  const open = new Gauge({ name: 'imports_open', help: 'Imports that have not ended, by state.', labelNames: ['state'], registers });
  const age = new Gauge({
    name: 'imports_queue_age_seconds',
    help: 'How long the oldest file that is claimed and not begun has waited.',
    registers,
  });

  const scanned = createScanGauges(registers);

  const look = async (): Promise<void> => {
    const found = await Promise.all(OPEN_STATES.map(async (state) => ({ state, ...(await imports.waiting(state)) })));
    for (const { state, count } of found) open.set({ state }, count);
    const since = found.flatMap(({ state, oldest }) => (oldest !== null && WAITING_STATES.includes(state) ? [oldest.getTime()] : []));
    age.set(since.length === 0 ? 0 : Math.max(0, (clock.now().getTime() - Math.min(...since)) / 1000));
  };
  const forget = (): void => {
    open.reset();
    age.remove();
  };

  return {
    importEnded({ clientId, outcome, counts }) {
      ended.inc({ client: clientId, outcome });
      if (counts !== null) for (const decision of DECISIONS) records.inc({ client: clientId, decision }, counts[decision]);
    },
    stepEnded: ({ phase, result, seconds }) => phases.observe({ phase, result }, seconds),
    silenceAlarmSent: (clientId) => alarms.inc({ client: clientId }),
    webhookEnded: ({ clientId, result }) => webhooks.inc({ client: clientId, result }),
    contentType: registry.contentType,
    async text() {
      // Old numbers would look like news.
      await Promise.all([within(PATIENCE_MS, look()).catch(forget), within(PATIENCE_MS, scans().then(scanned.set)).catch(scanned.forget)]);
      return registry.metrics();
    },
  };
}

interface ScanState {
  readonly last: Date | undefined;
  readonly missed: number;
}

interface ScanGauges {
  readonly set: (scans: ReadonlyMap<string, ScanState>) => void;
  readonly forget: () => void;
}

/** The schedules that look for files: when each last ran, and how many ticks were never made up for. */
function createScanGauges(registers: Registry[]): ScanGauges {
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
