// A worker that falls asleep at one of its calls to the outside world and wakes up when all is over.

import type { ActivityPorts } from '../../activities/activity-ports';
import { interceptCalls } from './intercept-calls';

const STORES = ['imports', 'deferred', 'rejected', 'users', 'permits', 'changes', 'undos', 'outbox', 'files', 'csv', 'mailer'] as const;

/** Ports of a worker that sleeps before its n-th call, of those whose names fit, while `meanwhile` happens. */
export function heldBack(ports: ActivityPorts, at: number, meanwhile: () => Promise<unknown>, which = /./) {
  const seen = { calls: 0, last: '' };
  const sleeping = interceptCalls(ports, STORES, ({ name, make }) => {
    // Where a file lies is known without a look.
    if (name.endsWith('Path') || !which.test(name) || ++seen.calls !== at) return make();
    const late = meanwhile().then(make);
    seen.last = name;
    const lines = async function* () {
      yield* (await late) as AsyncIterable<unknown>;
    };
    // Some calls answer with a list to come: that may be late, too.
    return Object.assign(late, { [Symbol.asyncIterator]: lines });
  });
  return { seen, ports: sleeping };
}
