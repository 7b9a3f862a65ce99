// A schedule as it should be: made where it is missing, changed only where it differs. A pause and its note are an operator's decision:
// they stay.

import { createHash } from 'node:crypto';
import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client';
import { EncryptingCodec } from './payload-codec';

export async function putSchedule(temporal: Client, wanted: ScheduleOptions): Promise<'made' | 'changed' | 'as-it-was'> {
  const definition = definitionOf(wanted, keyIdOf(temporal));
  const marked = { ...wanted, action: { ...wanted.action, memo: { definition } } };
  const known = await findSchedule(temporal, wanted.scheduleId);
  if (known === undefined) {
    try {
      await temporal.schedule.create(marked);
      return 'made';
    } catch (error) {
      // Another worker was faster.
      if (error instanceof ScheduleAlreadyRunning) return 'as-it-was';
      throw error;
    }
  }
  if (known.action.memo?.['definition'] === definition) return 'as-it-was';
  await temporal.schedule.getHandle(wanted.scheduleId).update(({ state }) => ({ ...marked, state: { ...state } }));
  return 'changed';
}

export async function findSchedule(temporal: Client, scheduleId: string): Promise<ScheduleDescription | undefined> {
  try {
    return await temporal.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

export async function removeSchedule(temporal: Client, scheduleId: string): Promise<void> {
  try {
    await temporal.schedule.getHandle(scheduleId).delete();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
  }
}

/** A schedule is written again when the key changes: its arguments are read for as long as it lives. */
function keyIdOf({ options }: Client): string | null {
  const codec = options.loadedDataConverter.payloadCodecs.find((one) => one instanceof EncryptingCodec);
  return codec === undefined ? null : codec.keyId;
}

/** Temporal returns a schedule in a different form, so it cannot be compared with the one that was sent. */
function definitionOf({ spec, policies, action }: ScheduleOptions, keyId: string | null): string {
  return createHash('sha256').update(JSON.stringify({ spec, policies, action, keyId })).digest('hex').slice(0, 16);
}
