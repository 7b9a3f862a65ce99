// Temporal's own variables mean the server that TEMPORAL_ADDRESS names. Without that name the embedded server is used, and a profile,
// key or certificate of some other server that lies around in the environment must not be shown to it.

import type { Config, Environment } from './load-config';
import type { PayloadKey } from './payload-keys';

/** How to reach the server at this address, which counts where the environment names none, and how to read what it keeps. */
export function temporalTarget(config: Config, address: string): TemporalReach {
  return { env: temporalEnvironment(config), address, payloadKeys: config.temporal.payloadKeys };
}

interface TemporalReach {
  readonly env: Environment;
  readonly address: string;
  readonly payloadKeys: readonly PayloadKey[];
}

/** What the Temporal client may read. */
export function temporalEnvironment(config: Config): Environment {
  return config.temporal.address === undefined ? { TEMPORAL_NAMESPACE: config.temporal.namespace } : config.env;
}

/** The environment without anything that Temporal's programs would read. */
export function withoutTemporal(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !entry[0].startsWith('TEMPORAL_'),
  );
  return Object.fromEntries(kept);
}
