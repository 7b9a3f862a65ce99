// How to reach Temporal: its own conventions (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TLS variables, config file),
// with the address of the embedded server where the environment names none.

import { loadClientConnectConfig } from '@temporalio/envconfig';

export interface TemporalTarget {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Used when the environment names no address. */
  readonly address?: string;
}

export function connectionOptions({ env, address }: TemporalTarget): {
  readonly connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly namespace: string;
} {
  const known = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const overrideEnvVars = Object.fromEntries(known);
  if (address !== undefined) overrideEnvVars['TEMPORAL_ADDRESS'] ??= address;
  const { connectionOptions: connection, namespace } = loadClientConnectConfig({ overrideEnvVars });
  return { connection, namespace: namespace ?? 'default' };
}
