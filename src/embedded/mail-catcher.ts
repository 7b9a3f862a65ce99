// The mail server of a machine without one: takes every message and leaves it as a file. A message is acknowledged once it is safely
// on disk, as a real server would do it. Our own mails are named after what they are: `acme-2.report.eml`.

import { createWriteStream } from 'node:fs';
import { link, mkdir, open, rm } from 'node:fs/promises';
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
  /** `acme-2.report.eml`, and `acme-2.report.2.eml` of one that came again; `<time>-<n>.eml` where the message does not say what it is. */
  readonly folder: string;
}

/** Our own headers are far shorter. */
const HEADER_BYTES = 16 * 1024;

/** Import and kind, from the Message-ID. Any program may send anything to the port: only letters, digits and hyphens get into a name. */
async function ownName(file: string): Promise<string | undefined> {
  const message = await open(file);
  try {
    const { buffer, bytesRead } = await message.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const [header = ''] = buffer.toString('latin1', 0, bytesRead).split('\r\n\r\n');
    return /^Message-ID:\s*<([a-z0-9-]{1,60}\.[a-z-]{1,20})@/im.exec(header)?.[1];
  } finally {
    await message.close();
  }
}

/** Nothing that was caught is overwritten. */
async function nameIt(file: string, name: string): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      return await link(file, path.join(path.dirname(file), n === 1 ? `${name}.eml` : `${name}.${n}.eml`));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

export async function startMailCatcher({ config, log }: Pick<Embedding, 'config' | 'log'>): Promise<MailCatcher> {
  const folder = path.join(config.dataDir, 'mail');
  await mkdir(folder, { recursive: true });
  let received = 0;

  const store = async (message: SMTPServerDataStream) => {
    const time = new Date().toISOString().replaceAll(':', '-');
    const anyName = `${time}-${String(++received).padStart(6, '0')}`;
    const temporary = path.join(folder, `${anyName}.part`);
    try {
      await pipeline(message, createWriteStream(temporary, { flush: true }));
      if (message.sizeExceeded) throw Object.assign(new Error('The message is too large'), { responseCode: 552 });
      await nameIt(temporary, (await ownName(temporary)) ?? anyName);
    } finally {
      await rm(temporary, { force: true });
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
