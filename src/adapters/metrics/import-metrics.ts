// What a worker measures, for Prometheus. What has ended is counted when it ends; what is open is read from the database or Temporal at every
// scrape, so that every worker gives the right answer.

import { Histogram } from 'prom-client';
import { OPEN_STATES, WAITING_STATES } from '../../domain/import-state';
import type { Clock, ImportMetrics, ImportStore } from '../../ports';
import { within } from '../../domain/within';
import { createMeters, type Counted } from './serve-metrics';

const DECISIONS = ['created', 'updated', 'unchanged', 'archived', 'rejected', 'repeated', 'superseded'] as const;
/** A database that does not answer must not make the scrape fail. */
const PATIENCE_MS = 2_000;

interface Counting {
  readonly imports: Pick<ImportStore, 'waiting'>;
  readonly clock: Clock;
  /** The schedules that look for files, by the name of their setting. */
  readonly scans: () => Promise<ReadonlyMap<string, { readonly last: Date | undefined; readonly missed: number }>>;
}

export function createImportMetrics({ imports, clock, scans }: Counting): ImportMetrics & Counted {
  const { registry, counter, gauge } = createMeters();

  const ended = counter('imports_ended_total', 'Imports by outcome.', 'client', 'outcome');
  const records = counter(
    'imports_records_total',
    'Records of ended imports by decision; an archived user counts as updated, too.',
    'client',
    'decision',
  );
  const phases = new Histogram({
    name: 'imports_phase_seconds',
    help: 'How long a step of the phase took; a failed step is tried again.',
    labelNames: ['phase', 'result'],
    buckets: [0.01, 0.05, 0.25, 1, 5, 30, 120, 600, 3600],
    registers: [registry],
  });
  const alarms = counter('imports_silence_alarms_total', 'Alarms sent because no file came.', 'client');
  const webhooks = counter(
    'imports_webhooks_total',
    'Events that a receiver took, or that were given up: after a day, or at once after status 410.',
    'client',
    'result',
  );
  const open = gauge('imports_open', 'Imports that have not ended, by state.', 'state');
  const age = gauge('imports_queue_age_seconds', 'How long the oldest file that is claimed and not begun has waited.');

  const lastScan = gauge('imports_last_scan_timestamp_seconds', 'When a schedule last looked for files.', 'schedule');
  const missedScans = gauge(
    'imports_scans_missed',
    'Ticks of a schedule that were missed and not made up for, since it was made.',
    'schedule',
  );

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
  const lookAtScans = async (): Promise<void> => {
    const found = await scans();
    // A schedule that was removed has no last scan.
    forgetScans();
    for (const [schedule, { last, missed }] of found) {
      if (last !== undefined) lastScan.set({ schedule }, last.getTime() / 1000);
      missedScans.set({ schedule }, missed);
    }
  };
  const forgetScans = (): void => {
    lastScan.reset();
    missedScans.reset();
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
      await Promise.all([within(PATIENCE_MS, look()).catch(forget), within(PATIENCE_MS, lookAtScans()).catch(forgetScans)]);
      return registry.metrics();
    },
  };
}
