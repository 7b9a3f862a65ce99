// One SSH connection after its greeting: login, then SFTP sessions on its channels, for as long as the peer keeps to the rules.

import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import { errnoOf } from '../../door/folder/folder-error';
import type { FrontDoor } from '../../door/open-front-door';
import type { Peer } from '../../door/peer';
import type { Visitor } from '../../door/visits';
import { channelsKept, hoardsAnswers, overflows } from './channel-guards';
import { logIn } from './log-in';
import { serveChannel } from './serve-channel';
import type { ShareThread } from './share-thread';
import type { Limits } from '../../door/limits';
import type { Log } from '../../ports';

export interface ConnectionContext {
  readonly frontDoor: FrontDoor;
  readonly shareThread: ShareThread;
  /** The peer has logged in. */
  readonly admit: (socket: Socket) => void;
  /** Sessions that are under way, so that their end can be awaited. */
  readonly sessions: Set<Promise<unknown>>;
}

/** At a time, as OpenSSH allows. */
const MAX_CHANNELS = 10;
/** Channels that were opened and closed without a word count here: ssh2 keeps a little of each. */
const MAX_KEPT_CHANNELS = 100;
/** New keys cost us as much as a log-in. So many times in a row sooner than for either of these is nobody's setting. */
const MAX_EARLY_KEYS = 5;
const KEYS_FOR_MS = 10_000;
const KEYS_FOR_BYTES = 512 * 1024;

export function serveConnection(connection: Connection, line: { socket: Socket; peer: Peer }, context: ConnectionContext): void {
  const { socket, peer } = line;
  const { log, limits } = context.frontDoor;
  // Without a listener an aborted connection would end the process.
  connection.on('error', (error: unknown) => log.info('A connection broke', { ip: peer.address, error: errnoOf(error) ?? 'protocol' }));
  // Each channel may wait for them.
  for (const emitter of [socket, connection]) emitter.setMaxListeners(4 * MAX_CHANNELS);
  const hungUp = new AbortController();
  connection.on('close', () => hungUp.abort());
  const heard = keepAlive(connection, line, { log, limits });

  let visitor: Visitor | undefined;
  logIn(connection, line, context, (admitted) => {
    visitor = admitted;
    context.shareThread(socket, admitted.client.clientId);
    heard();
  });

  const channels = new Set<ServerChannel>();
  const sendAway = (reason: string): void => {
    if (socket.destroyed) return;
    log.warn('A connection breaks the rules and is ended', { ip: peer.address, reason });
    socket.destroy();
  };
  // Looks before ssh2 takes the data in.
  socket.prependListener('data', () => {
    if (hoardsAnswers(connection, socket)) sendAway('takes-no-answers');
    for (const channel of channels) if (overflows(channel)) sendAway('sends-too-much');
  });
  const seen = () => ({ at: performance.now(), bytes: socket.bytesRead + socket.bytesWritten });
  let keyed = seen();
  let early = 0;
  connection.on('rekey', () => {
    const now = seen();
    early = now.at - keyed.at < KEYS_FOR_MS && now.bytes - keyed.bytes < KEYS_FOR_BYTES ? early + 1 : 0;
    keyed = now;
    if (early > MAX_EARLY_KEYS) sendAway('changes-keys-for-nothing');
  });
  let open = 0;
  connection.on('session', (accept, reject) => {
    if (visitor === undefined || open >= MAX_CHANNELS) return reject();
    if (channelsKept(connection) > MAX_KEPT_CHANNELS) return sendAway('opens-channels-for-nothing');
    open += 1;
    const session = accept();
    const closed = new AbortController();
    // Once: a peer may say it as often as it likes.
    session.once('close', () => {
      open -= 1;
      closed.abort();
    });
    const gone = AbortSignal.any([closed.signal, hungUp.signal]);
    serveChannel(session, { ...line, connection, gone, channels, heard }, visitor, context);
  });
}

/** One without requests ends, one that goes on gets new keys. Returns what to call when the peer has logged in, and at every request after that. */
export function keepAlive(
  connection: Connection,
  { socket, peer }: { readonly socket: Socket; readonly peer: Peer },
  { log, limits }: { readonly log: Log; readonly limits: Limits },
): () => void {
  const { idleMs, rekeyMs, rekeyBytes, goodbyeMs } = limits;
  // ssh2 ends its half of a connection and then waits for the peer's. One that never comes would hold its place for ever.
  const leave = (): void => {
    if (socket.destroyed) return;
    const leaving = setTimeout(() => socket.destroy(), goodbyeMs);
    socket.once('close', () => clearTimeout(leaving));
  };
  connection.on('error', leave);
  socket.once('finish', leave);

  let idle: NodeJS.Timeout | undefined;
  const endIdle = (): void => {
    log.info('A connection was idle and is ended', { ip: peer.address });
    connection.end();
    leave();
  };

  let keyedAt = 0;
  const rekey = (): void => {
    keyedAt = socket.bytesRead + socket.bytesWritten;
    // Given a callback, it reports a connection that is just ending instead of throwing.
    connection.rekey(() => undefined);
  };
  const rekeying = setInterval(rekey, rekeyMs);
  socket.on('data', () => {
    if (socket.bytesRead + socket.bytesWritten - keyedAt > rekeyBytes) rekey();
  });

  socket.once('close', () => {
    clearTimeout(idle);
    clearInterval(rekeying);
  });
  return () => {
    if (socket.destroyed) return;
    if (idle === undefined) idle = setTimeout(endIdle, idleMs);
    else idle.refresh();
  };
}
