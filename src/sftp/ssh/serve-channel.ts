// One channel of a connection: an SFTP session, or a sentence for clients that want anything else.

import type { Socket } from 'node:net';
import type { Connection, ServerChannel, Session } from 'ssh2';
import { errnoOf } from '../../door/folder/folder-error';
import type { Peer } from '../../door/peer';
import type { Visitor } from '../../door/visits';
import { Handles } from '../session/handles';
import { serveSession } from '../session/serve-session';
import { holdLess, takesPackets } from './channel-guards';
import { channelLink, countedLink } from './channel-link';
import type { ConnectionContext } from './serve-connection';

const SFTP_ONLY = 'This service is SFTP only; use scp without -O\n';
const SCP = /^\s*(\S*\/)?scp\s/;
/** An error in the scp protocol. Programs that speak it look at nothing else, neither standard error nor the exit code. */
const SCP_ERROR = '\x02';

interface Line {
  readonly connection: Connection;
  readonly socket: Socket;
  readonly peer: Peer;
  readonly gone: AbortSignal;
  /** The connection's channels, until the peer has closed them: only then can nothing more come. */
  readonly channels: Set<ServerChannel>;
  /** A request came. */
  readonly heard: () => void;
}

export function serveChannel(session: Session, line: Line, visitor: Visitor, context: ConnectionContext): void {
  session.on('subsystem', (accept, reject, { name }) => {
    const { sessions } = visitor.folder;
    if (name !== 'sftp' || sessions.size >= context.frontDoor.limits.clientSessions) return reject();
    const channel = open(session, accept, line, context);
    if (channel === undefined) return;
    sessions.add(channel);
    const served = serve(channel, line, visitor, context)
      .catch((error: unknown) => context.frontDoor.log.error('Ending a session failed', { error: errnoOf(error) ?? 'unknown' }))
      .finally(() => {
        sessions.delete(channel);
        context.sessions.delete(served);
      });
    context.sessions.add(served);
  });
  const refuse = (accept: () => ServerChannel, command = ''): void => {
    const channel = open(session, accept, line, context);
    if (channel === undefined) return;
    if (SCP.test(command)) channel.write(SCP_ERROR + SFTP_ONLY);
    else channel.stderr.write(SFTP_ONLY);
    channel.exit(1);
    channel.end();
  };
  session.on('exec', (accept, _reject, { command }) => refuse(accept, command));
  session.on('shell', (accept) => refuse(accept));
  // A terminal is granted so that the sentence is all that its user reads.
  session.on('pty', (accept: (() => void) | undefined) => accept?.());
}

/** Undefined when there is nothing to serve: it was asked for a second time, or the peer was sent away before a byte was written to it. */
function open(
  session: Session,
  accept: () => ServerChannel | undefined,
  { socket, peer, channels }: Line,
  { frontDoor }: ConnectionContext,
): ServerChannel | undefined {
  const channel = accept();
  if (channel === undefined) return undefined;
  if (!takesPackets(channel)) {
    frontDoor.log.warn('A connection takes no packets and is ended', { ip: peer.address });
    socket.destroy();
    return undefined;
  }
  holdLess(channel);
  channels.add(channel);
  session.once('close', () => channels.delete(channel));
  return channel;
}

async function serve(
  channel: ServerChannel,
  line: Line,
  { client, folder, visit }: Visitor,
  { frontDoor }: ConnectionContext,
): Promise<void> {
  const { maxFileBytes } = client.settings;
  const { rekeyAnswerMs } = frontDoor.limits;
  const end = await serveSession(countedLink(channelLink(channel, { ...line, sessions: folder.sessions, rekeyAnswerMs }), visit), {
    folder,
    handles: new Handles(folder.openFiles, frontDoor.limits.clientOpenFiles),
    maxFileBytes,
    isStopping: () => frontDoor.isStopping(),
  });
  // Without an exit status, scp calls a perfect upload failed.
  channel.exit(end === 'ended' ? 0 : 1);
  channel.end();
}
