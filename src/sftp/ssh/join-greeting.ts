// ssh2 loses the middle of a greeting line that comes in three pieces or more, and the handshake fails. The pieces are joined before
// ssh2 sees them. (Waiting with ssh2 altogether would not do: some clients wait for our greeting first.)

import type { Socket } from 'node:net';

const MAX_HELD_BYTES = 8 * 1024;
const NEWLINE = 0x0a;

/** `onOther` is called when the peer's first words are not those of SSH. */
export function joinGreeting(socket: Socket, onOther: () => void): void {
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
