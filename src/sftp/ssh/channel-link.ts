// An SSH channel as the two ends of a byte stream, with back-pressure both ways: the channel's own flow control, and a bound on what
// waits in the socket, which ssh2 does not look at.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { ServerChannel } from 'ssh2';
import { LinkGone, type Link } from '../session/serve-session';

const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

/** `gone` is aborted when the peer closed the channel or the connection ended, whichever comes first. */
export function channelLink(channel: ServerChannel, socket: Socket, gone: AbortSignal): Link {
  const drained = async (stream: ServerChannel | Socket): Promise<void> => {
    await once(stream, 'drain', { signal: gone }).catch(() => {
      throw new LinkGone();
    });
  };
  return {
    // Left open at the end of the loop, so that an exit status can still be sent.
    incoming: channel.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>,
    async send(bytes) {
      if (gone.aborted) throw new LinkGone();
      if (!channel.write(bytes)) await drained(channel);
      if (socket.writableLength > MAX_UNSENT_BYTES) await drained(socket);
    },
  };
}
