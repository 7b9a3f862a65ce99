// Whether the two services that most checks need answer. Each is asked once; a check that needs one that is down is not looked at, so
// that the cause is told in one place.

import { describeError } from '../../../cli/text/describe-error';
import type { ServiceAddress, KnownEndpoints } from '../../../config/endpoints';
import { notLookedAt, type Finding } from './finding';

export type Needed = 'MongoDB' | 'Temporal';

/** `ask` throws UNREACHABLE, or an error of a driver that says so, when the service is down. */
export function needing(
  ask: Readonly<Record<Needed, () => Promise<unknown>>>,
  needs: readonly Needed[],
  run: () => Promise<Finding>,
): () => Promise<Finding> {
  return async () => {
    for (const service of needs) if (await isDown(ask[service])) return notLookedAt(`${service} is down`);
    return run();
  };
}

export async function isDown(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask();
    return false;
  } catch (error) {
    // Whatever else is wrong, the check itself tells best.
    return describeError(error).code === 'UNREACHABLE';
  }
}

const IN_ORDER: readonly ServiceAddress[] = ['mongodbUri', 'temporalAddress', 'smtpUrl'];

/** Without `imports up` no address is known: the first service that has none tells why and what to do, the others only that. */
export function isToldElsewhere(known: KnownEndpoints, service: ServiceAddress | 'sftp'): boolean {
  const first = IN_ORDER.find((one) => known[one] === undefined);
  return known[service] === undefined && first !== undefined && first !== service;
}
