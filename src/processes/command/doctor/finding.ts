// What a check of `imports doctor` says: all is well, something is to be done, or nothing is wrong but somebody is waited for. A check that
// needs a service that is down is not looked at, so that the cause is told in one place.

import type { DoctorCheck } from '../../../cli/deps';
import { describeError } from '../../../cli/text/describe-error';
import type { ServiceAddress, KnownEndpoints } from '../../../config/endpoints';

export type Finding = Awaited<ReturnType<DoctorCheck['run']>>;

/** How long a service may take to answer. */
export const PATIENCE_MS = 2_500;

export const START_EVERYTHING = 'Start everything with: imports up';

/** Why, and what to do, is another check's to tell. */
export const NOT_RUNNING: Finding = { ok: false, detail: 'is not running' };

export function well(detail: string): Finding {
  return { ok: true, detail };
}

/** Not wrong, but somebody's turn. */
export function waiting(detail: string, todo: string): Finding {
  return { ok: true, detail, todo };
}

export function ill(detail: string, todo: string): Finding {
  return { ok: false, detail, todo };
}

/** Its cause is another check's to tell. */
export function notLookedAt(why: string): Finding {
  return { ok: false, skipped: true, detail: `not looked at: ${why}` };
}

/** `acme, zenith and 12 more` */
export function named(names: readonly string[], most = 5): string {
  const more = names.length - most;
  return more > 0 ? `${names.slice(0, most).join(', ')} and ${more} more` : names.join(', ');
}

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
