// One control connection from its greeting to its end: in the clear it can only switch to TLS.

import type { Socket } from 'node:net';
import type { Caller } from '../door/doorkeeper';
import type { FrontDoor } from '../door/open-front-door';
import type { Certificate } from './certificate/open-certificate';
import { answerCommand } from './commands/answer-command';
import { ControlLink } from './control/control-link';
import { parseCommand, reply } from './control/command';
import { Session, type DataSettings } from './session';

export interface ConnectionContext {
  readonly frontDoor: FrontDoor;
  readonly certificate: Certificate;
  readonly settings: DataSettings;
  /** The peer has logged in. */
  readonly admit: (socket: Socket) => void;
  readonly links: Set<ControlLink>;
  /** Commands that are being answered, so that their end can be awaited. */
  readonly answering: Set<Promise<void>>;
}

/** Never throws; leaves nothing open. */
export async function serveConnection(socket: Socket, caller: Caller, context: ConnectionContext): Promise<void> {
  const { frontDoor, settings, links } = context;
  const { idleMs } = frontDoor.limits;
  const link = new ControlLink(socket, { onAbort: () => session.transfer?.abort(), idleMs });
  const session = new Session({
    frontDoor,
    link,
    socket,
    settings,
    peer: { ...caller, protocol: 'ftps', software: null },
  });
  links.add(link);
  try {
    await link.send(reply(220, 'Managed user import. FTP over TLS only (AUTH TLS)'));
    await converse(session, context);
  } finally {
    session.closePort();
    links.delete(link);
    await link.close();
  }
}

async function converse(session: Session, { certificate, admit, answering }: ConnectionContext): Promise<void> {
  const { link } = session;
  for (;;) {
    const idle = setTimeout(() => link.dismiss(421, 'Nothing was said for too long'), session.frontDoor.limits.idleMs);
    const line = await link.next();
    clearTimeout(idle);
    if (line === undefined) return;
    if (line.kind === 'client-hello') {
      session.frontDoor.log.info('A program that is set to implicit TLS is sent away: this is explicit TLS (AUTH TLS) only', {
        ip: session.peer.address,
      });
      return link.dismiss(421, 'This is explicit TLS (AUTH TLS) only');
    }
    const isMeant = line.kind === 'text' || (line.kind === 'unreadable' && session.secureContext !== undefined);
    if (!isMeant && session.visitor === undefined) {
      // No program begins like that. In TLS it may be a password in Latin-1.
      session.frontDoor.doorkeeper.note(session.peer, 'malformed');
      return link.dismiss(421, 'This is FTP over TLS');
    }
    const command = line.kind === 'text' ? parseCommand(line.text) : undefined;
    if (command?.verb === 'QUIT') return link.dismiss(221);
    if (command?.verb === 'AUTH' && command.argument.toUpperCase() === 'TLS' && session.secureContext === undefined) {
      const secureContext = await certificate.context();
      if (!(await link.secure(secureContext, reply(234, 'Go ahead with TLS')))) return;
      session.secureContext = secureContext;
      // Said in the clear, by whomever.
      session.peer = { ...session.peer, software: null };
    } else {
      const answered = answerCommand(session, line, admit).then((answer) => link.send(answer));
      answering.add(answered);
      await answered.finally(() => answering.delete(answered));
    }
  }
}
