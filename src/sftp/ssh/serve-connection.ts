// One SSH connection after its greeting: login, then SFTP sessions on its channels.

import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import { errnoOf } from '../../door/folder/folder-error';
import type { FrontDoor } from '../../door/open-front-door';
import type { Peer } from '../../door/peer';
import { overflows } from './channel-guards';
import { logIn, type Visitor } from './log-in';
import { serveChannel } from './serve-channel';

export interface ConnectionContext {
  readonly frontDoor: FrontDoor;
  /** The peer has logged in. */
  readonly admit: (socket: Socket) => void;
  /** Sessions that are under way, for whoever waits for their end. */
  readonly sessions: Set<Promise<unknown>>;
}

const MAX_CHANNELS = 10;

export function serveConnection(connection: Connection, line: { socket: Socket; peer: Peer }, context: ConnectionContext): void {
  const { socket, peer } = line;
  const { log } = context.frontDoor;
  // Without a listener an aborted connection would end the process.
  connection.on('error', (error: unknown) => log.info('A connection broke', { ip: peer.address, error: errnoOf(error) ?? 'protocol' }));
  const hungUp = new AbortController();
  connection.on('close', () => hungUp.abort());

  let visitor: Visitor | undefined;
  logIn(connection, line, context, (admitted) => (visitor = admitted));

  const channels = new Set<ServerChannel>();
  // Looks before ssh2 takes the data in.
  socket.prependListener('data', () => {
    for (const channel of channels) if (overflows(channel)) socket.destroy();
  });
  let open = 0;
  connection.on('session', (accept, reject) => {
    if (visitor === undefined || open >= MAX_CHANNELS) return reject();
    open += 1;
    const session = accept();
    const closed = new AbortController();
    session.on('close', () => {
      open -= 1;
      closed.abort();
    });
    const gone = AbortSignal.any([closed.signal, hungUp.signal]);
    serveChannel(session, { ...line, gone, channels }, visitor, context);
  });
}
