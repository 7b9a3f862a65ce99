// The SFTP way in: every account sees its client's folder and nothing else. What happens to an upload then is not its business.

import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Server, type Connection } from 'ssh2';
import type { Caller } from '../door/doorkeeper';
import { openGate } from '../door/gate';
import type { FrontDoor } from '../door/open-front-door';
import { softwareName } from '../door/peer';
import { ALGORITHMS, offeredKeys, loadHostKeys } from './ssh/host-keys';
import { socketUnder } from './ssh/channel-guards';
import { sharedThread } from './ssh/share-thread';
import { serveConnection, type ConnectionContext } from './ssh/serve-connection';

interface SftpOptions {
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Host keys are kept in its `keys/`. */
  readonly dataDir: string;
}

export interface SftpServer {
  readonly host: string;
  readonly port: number;
  /** Of the host keys, `<algorithm> SHA256:…` each: what clients compare at their first connection. */
  readonly fingerprints: readonly string[];
  isListening(): boolean;
  /** Lets open uploads finish for a few seconds; what is left then stays resumable. */
  stop(): Promise<void>;
}

const IDENT = 'ManagedUserImport';
const GOODBYE_MS = 500;

export async function startSftp(frontDoor: FrontDoor, options: SftpOptions): Promise<SftpServer> {
  const { log } = frontDoor;
  const hostKeys = await loadHostKeys(join(options.dataDir, 'keys'));
  const connections = new Set<Connection>();
  const context: ConnectionContext = {
    frontDoor,
    shareThread: sharedThread(frontDoor.limits),
    admit: (socket) => gate.admit(socket),
    sessions: new Set(),
  };
  const ssh = new Server(
    { hostKeys: offeredKeys(hostKeys.keys).map((key) => ({ key })), algorithms: ALGORITHMS, ident: IDENT },
    (connection, { header }) => {
      const socket = socketUnder(connection);
      const caller = gate.callerOf(socket);
      if (caller === undefined) return void connection.end();
      connections.add(connection);
      connection.on('close', () => connections.delete(connection));
      const software = softwareName(header.versions.software);
      serveConnection(connection, { socket, peer: { ...caller, protocol: 'sftp', software } }, context);
    },
  );
  const handOn = (socket: Socket, caller: Caller): void => {
    joinGreeting(socket, () => frontDoor.doorkeeper.note(caller, 'malformed'));
    ssh.injectSocket(socket);
  };
  const gate = await openGate({ protocol: 'SFTP', host: options.host, port: options.port, log, doorkeeper: frontDoor.doorkeeper, handOn });
  log.info('SFTP is open', { host: gate.host, port: gate.port, fingerprints: hostKeys.fingerprints });

  return {
    host: gate.host,
    port: gate.port,
    fingerprints: hostKeys.fingerprints,
    isListening: () => gate.isListening(),
    async stop() {
      gate.stopAccepting();
      await frontDoor.finishUploads();
      for (const connection of connections) connection.end();
      await Promise.race([Promise.all(context.sessions), sleep(GOODBYE_MS)]);
      await gate.dropAll();
      await Promise.all(context.sessions);
      log.info('SFTP is closed');
    },
  };
}

const MAX_HELD_BYTES = 8 * 1024;
const NEWLINE = 0x0a;

/**
 * ssh2 loses the middle of a greeting line that comes in three pieces or more, so they are joined before ssh2 sees them. (Waiting with ssh2
 * altogether would not do: some clients wait for our greeting first.) `onOther` is called when the peer's first words are not those of SSH.
 */
function joinGreeting(socket: Socket, onOther: () => void): void {
  const pieces: Buffer[] = [];
  const pass = socket.push.bind(socket);
  const flush = (): boolean => {
    Reflect.deleteProperty(socket, 'push');
    if (pieces.length === 0) return true;
    const greeting = Buffer.concat(pieces);
    if (!greeting.toString('latin1', 0, 4).startsWith('SSH-')) onOther();
    return pass(greeting);
  };
  socket.push = (piece: unknown, encoding?: BufferEncoding): boolean => {
    if (!Buffer.isBuffer(piece)) {
      flush();
      return pass(piece, encoding);
    }
    pieces.push(piece);
    const held = pieces.reduce((sum, { length }) => sum + length, 0);
    return piece.includes(NEWLINE) || held > MAX_HELD_BYTES ? flush() : true;
  };
}
