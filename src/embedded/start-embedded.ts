// Temporal, MongoDB and a mail server for a machine that has none: each one only where the configuration names no other. They start
// side by side, because a first start may have to build two of them.

import type { Config } from '../config/load-config';
import type { Log } from '../ports';
import type { Stoppable } from './keep-running';
import { startMailCatcher } from './mail-catcher';
import { startMongo } from './mongo';
import type { Say } from './build-once';
import { startTemporal } from './temporal';

export interface Embedded extends Stoppable {
  readonly mongodbUri: string;
  readonly temporalAddress: string;
  readonly temporalUi: string | null;
  readonly smtpUrl: string;
  /** Where caught mail lies; undefined when mail really goes out. */
  readonly mailDir: string | undefined;
  /** For people: what runs, or `configured`. */
  readonly engines: { readonly temporal: string; readonly mongo: string };
}

interface StartOptions {
  /** Progress of a first start, for people. */
  readonly say?: Say;
  /** Gives up; what was started by then is ended. */
  readonly signal?: AbortSignal;
}

const CONFIGURED = 'configured';
const nothing: Stoppable = { stop: async () => undefined };

export async function startEmbedded(config: Config, log: Log, options: StartOptions = {}): Promise<Embedded> {
  const failed = new AbortController();
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([failed.signal, options.signal]);
  const embedding = { config, log, say: options.say ?? (() => undefined), signal };
  const { mongodbUri, smtpUrl, temporal } = config;

  // One that fails makes the others give up, which may be in the middle of a long build; the first failure is the one to tell.
  const giveUp = (error: unknown): never => {
    failed.abort(error);
    throw error;
  };
  const [one, two, three] = await Promise.allSettled([
    (temporal.address === undefined
      ? startTemporal(embedding)
      : Promise.resolve({ ...nothing, address: temporal.address, uiUrl: temporal.uiUrl, engine: CONFIGURED })
    ).catch(giveUp),
    (mongodbUri === undefined ? startMongo(embedding) : Promise.resolve({ ...nothing, uri: mongodbUri, engine: CONFIGURED })).catch(giveUp),
    (smtpUrl === undefined ? startMailCatcher(embedding) : Promise.resolve({ ...nothing, url: smtpUrl, folder: undefined })).catch(giveUp),
  ]);
  const stop = async () => {
    await Promise.all([one, two, three].map(async (service) => (service.status === 'fulfilled' ? service.value.stop() : undefined)));
  };
  if (one.status === 'rejected' || two.status === 'rejected' || three.status === 'rejected') {
    await stop();
    throw signal.reason;
  }
  return {
    temporalAddress: one.value.address,
    temporalUi: one.value.uiUrl,
    mongodbUri: two.value.uri,
    smtpUrl: three.value.url,
    mailDir: three.value.folder,
    engines: { temporal: one.value.engine, mongo: two.value.engine },
    stop,
  };
}
