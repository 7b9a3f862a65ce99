// How to reach Temporal: its own conventions (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TLS variables, config file),
// with the address of the embedded server where the environment names none.

import type { DataConverter } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { PayloadKey } from '../../config/settings';
import { EncryptingCodec } from './payload-codec';

export interface TemporalTarget {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Used when the environment names no address. */
  readonly address?: string;
  /** Absent or empty = payloads are kept in the clear. */
  readonly payloadKeys?: readonly PayloadKey[];
}

export function connectionOptions({ env, address, payloadKeys = [] }: TemporalTarget): {
  readonly connection: ReturnType<typeof loadClientConnectConfig>['connectionOptions'];
  readonly namespace: string;
  readonly dataConverter: DataConverter;
} {
  const known = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const overrideEnvVars = Object.fromEntries(known);
  if (address !== undefined) overrideEnvVars['TEMPORAL_ADDRESS'] ??= address;
  const { connectionOptions: connection, namespace } = loadClientConnectConfig({ overrideEnvVars });
  const dataConverter = { payloadCodecs: [new EncryptingCodec(payloadKeys)] };
  return { connection, namespace: namespace ?? 'default', dataConverter };
}
