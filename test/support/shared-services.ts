// The services of this run of tests (global-setup.ts keeps them), each caller with a database of its own.

import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import type { TestServices } from './services';

export type SharedServices = Omit<TestServices, 'stop'>;

/** Starts them when this is the first call of the run. `mongodbUri` names a new database at every call. */
export async function sharedServices(): Promise<SharedServices> {
  const answer = JSON.parse(await text(net.connect(Number(process.env['TEST_SERVICES_PORT']), '127.0.0.1'))) as SharedServices & {
    readonly error?: string;
  };
  if (answer.error !== undefined) throw new Error(answer.error);
  // All names have one length: the small engine must never see one that begins with another.
  const database = `test-${randomBytes(6).toString('hex')}`;
  return { ...answer, mongodbUri: answer.mongodbUri.replace(/^(mongodb(?:\+srv)?:\/\/[^/]+\/)[^?]+/, `$1${database}`) };
}
