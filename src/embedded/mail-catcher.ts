// The mail server of a machine without one: takes every message and leaves it as a file. A message is acknowledged once it is safely
// on disk, as a real server would do it.

import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { callbackify } from 'node:util';
import { SMTPServer, type SMTPServerDataStream } from 'smtp-server';
import type { Stoppable } from './keep-running';
import { pickPort } from './pick-port';
import type { Embedding } from './temporal';

/** An attachment of 10 MB grows by a third on the way; the rest is room. */
const LIMIT_BYTES = 64 * 1024 * 1024;

export interface MailCatcher extends Stoppable {
  readonly url: string;
  /** `<time>-<n>.eml`, in the order of arrival. */
  readonly folder: string;
}

export async function startMailCatcher({ config, log }: Pick<Embedding, 'config' | 'log'>): Promise<MailCatcher> {
  const folder = path.join(config.dataDir, 'mail');
  await mkdir(folder, { recursive: true });
  let received = 0;

  const store = async (message: SMTPServerDataStream) => {
    const time = new Date().toISOString().replaceAll(':', '-');
    const target = path.join(folder, `${time}-${String(++received).padStart(6, '0')}.eml`);
    const temporary = `${target}.part`;
    try {
      await pipeline(message, createWriteStream(temporary, { flush: true }));
      if (message.sizeExceeded) throw Object.assign(new Error('The message is too large'), { responseCode: 552 });
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  };

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LIMIT_BYTES,
    closeTimeout: 2_000,
    onData: (message, _session, done) => {
      callbackify(store)(message, done);
    },
  });
  const port = await pickPort(config.embeddedPorts.smtp);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      // A client that hangs up is not our trouble; without a listener it would end the process.
      server.on('error', (error) => log.warn('mail catcher: a connection ended badly', { error }));
      resolve();
    });
  });
  const { port: actual } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${actual}`,
    folder,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
