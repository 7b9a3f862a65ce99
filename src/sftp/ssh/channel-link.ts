// An SSH channel as the two ends of a byte stream, with back-pressure both ways: the channel's own flow control, and a bound on what
// waits in the socket or for new keys, which ssh2 does not look at.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Connection, ServerChannel } from 'ssh2';
import { LinkGone, type Link } from '../session/serve-session';
import { isChangingKeys } from './channel-guards';
import type { Visit } from '../../door/visits';

const MAX_UNSENT_BYTES = 4 * 1024 * 1024;
/** Of all sessions of a client: sixty of them must not be what ends the process. */
const MAX_UNSENT_OF_CLIENT = 32 * 1024 * 1024;

interface LinkOptions {
  readonly connection: Connection;
  readonly socket: Socket;
  /** Aborted when the peer closed the channel or the connection ended, whichever comes first. */
  readonly gone: AbortSignal;
  /** The client's, on all its connections. */
  readonly sessions: ReadonlySet<unknown>;
  readonly rekeyAnswerMs: number;
  readonly heard: () => void;
}

export function channelLink(channel: ServerChannel, { connection, socket, gone, sessions, rekeyAnswerMs, heard }: LinkOptions): Link {
  const next = async (emitter: ServerChannel | Socket | Connection, event: string): Promise<void> => {
    await once(emitter, event, { signal: gone }).catch(() => {
      throw new LinkGone();
    });
  };
  const keysAreChanged = async (): Promise<void> => {
    const late = setTimeout(() => socket.destroy(), rekeyAnswerMs);
    try {
      while (isChangingKeys(connection)) await next(connection, 'rekey');
    } finally {
      clearTimeout(late);
    }
  };
  return {
    // Left open at the end of the loop, so that an exit status can still be sent.
    incoming: channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
    heard,
    async send(bytes) {
      if (gone.aborted) throw new LinkGone();
      if (isChangingKeys(connection)) await keysAreChanged();
      if (!channel.write(bytes)) await next(channel, 'drain');
      if (socket.writableLength > Math.min(MAX_UNSENT_BYTES, MAX_UNSENT_OF_CLIENT / sessions.size)) await next(socket, 'drain');
    },
    say(sentence) {
      if (!gone.aborted) channel.stderr.write(`${sentence}\n`);
    },
  };
}

/** Tells the visit how much goes over the link. */
export function countedLink(link: Link, visit: Visit): Link {
  return {
    ...link,
    incoming: counted(link.incoming, visit),
    send(bytes) {
      visit.sent(bytes.length);
      return link.send(bytes);
    },
  };
}

async function* counted(incoming: AsyncIterable<Buffer>, visit: Visit): AsyncGenerator<Buffer> {
  for await (const bytes of incoming) {
    visit.received(bytes.length);
    yield bytes;
  }
}
