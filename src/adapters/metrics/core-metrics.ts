// What Temporal's own part of a worker counts: slots, pollers, waiting times, its cache. It serves them on a loopback port that it binds
// itself; they go out together with ours, on ours.

import type { Counted } from './serve-metrics';

const PATIENCE_MS = 2_000;

/** `address` = `host:port` of Temporal's exporter. When that does not answer, the rest is told without it. */
export function withCoreMetrics(ours: Counted, address: string): Counted {
  const core = async (): Promise<string> => {
    const answer = await fetch(`http://${address}/metrics`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.ok ? answer.text() : '';
  };
  return {
    contentType: ours.contentType,
    async text() {
      const [first, second] = await Promise.all([ours.text(), core().catch(() => '')]);
      return first + second;
    },
  };
}
