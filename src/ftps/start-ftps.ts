// The FTPS way in, for clients that have no SFTP: explicit TLS, passive transfers, the same accounts and folders. What happens to an
// upload then is not its business.

import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Caller } from '../door/doorkeeper';
import { openGate } from '../door/gate';
import type { FrontDoor } from '../door/open-front-door';
import { openCertificate, type CertificateFiles } from './certificate/open-certificate';
import type { ControlLink } from './control/control-link';
import { passivePorts, plainAddress, type PortRange } from './transfer/passive-ports';
import { serveConnection, type ConnectionContext } from './serve-connection';
import type { DataSettings } from './session';

export interface FtpsOptions extends Omit<DataSettings, 'openPort'> {
  readonly passivePorts: PortRange;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** null = one of our own, kept in `keys/` of `dataDir`. */
  readonly certificate: CertificateFiles | null;
  readonly dataDir: string;
}

export interface FtpsServer {
  readonly host: string;
  readonly port: number;
  /** Of the certificate: what clients compare when it is one of our own. */
  readonly fingerprint: string;
  isListening(): boolean;
  /** Lets open uploads finish for a few seconds; what is left then stays resumable. */
  stop(): Promise<void>;
}

/** To publish an upload that has come to its end, and to say so. */
const ANSWER_MS = 2000;

export async function startFtps(frontDoor: FrontDoor, options: FtpsOptions): Promise<FtpsServer> {
  const { log } = frontDoor;
  const certificate = await openCertificate({
    files: options.certificate,
    keysDir: join(options.dataDir, 'keys'),
    names: options.publicAddress === null ? [] : [options.publicAddress],
    log,
  });
  const links = new Set<ControlLink>();
  const sessions = new Set<Promise<void>>();
  const answering = new Set<Promise<void>>();
  const admit = (socket: Socket): void => gate.admit(socket);
  const settings = { publicAddress: options.publicAddress, openPort: passivePorts(options.passivePorts, frontDoor.limits, log) };
  const context: ConnectionContext = { frontDoor, certificate, settings, admit, links, answering };
  const handOn = (socket: Socket, caller: Caller): void => {
    const session = serveConnection(socket, { ...caller, address: plainAddress(caller.address) }, context)
      .catch((error: unknown) => log.error('A control connection broke', { error: error instanceof Error ? error.name : 'unknown' }))
      .finally(() => sessions.delete(session));
    sessions.add(session);
  };
  const gate = await openGate({ protocol: 'FTPS', host: options.host, port: options.port, log, doorkeeper: frontDoor.doorkeeper, handOn });
  log.info('FTPS is open', {
    host: gate.host,
    port: gate.port,
    fingerprint: certificate.fingerprint,
    expires: certificate.expires.toISOString(),
  });

  return {
    host: gate.host,
    port: gate.port,
    get fingerprint() {
      return certificate.fingerprint;
    },
    isListening: () => gate.isListening(),
    async stop() {
      gate.stopAccepting();
      await frontDoor.finishUploads();
      // The last bytes of an upload have come: its client still has to hear that it is published.
      await Promise.race([Promise.allSettled(answering), sleep(ANSWER_MS, undefined, { ref: false })]);
      for (const link of links) link.dismiss(421, 'The server is closing');
      await Promise.all(sessions);
      await gate.dropAll();
      log.info('FTPS is closed');
    },
  };
}
