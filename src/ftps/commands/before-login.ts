// What may be asked before log-in: TLS first, then the account.

import type { Socket } from 'node:net';
import { CROWDED, ENTRY_LIMITS } from '../../door/limits';
import { softwareName } from '../../door/peer';
import { reply, type Reply } from '../control/command';
import { FACTS, type Fact } from '../listing';
import type { Session } from '../session';

const TLS_FIRST = reply(
  530,
  'This server speaks FTP over TLS only: send AUTH TLS first (in your program: "require explicit FTP over TLS")',
);

/** In the clear and in TLS alike. */
export function answerAnytime(session: Session, verb: string, argument: string): Reply | undefined {
  switch (verb) {
    case 'FEAT':
      return reply(211, 'Features:', ...featureLines(session), 'End');
    case 'SYST':
      return reply(215, 'UNIX Type: L8');
    case 'NOOP':
      return reply(200, 'OK');
    case 'HELP':
      return reply(214, 'Explicit FTP over TLS, passive transfers. Upload your file; it is imported a few seconds later');
    case 'OPTS':
      return setOption(session, argument);
    case 'CLNT':
      session.peer = { ...session.peer, software: softwareName(argument) };
      return reply(200, 'OK');
    default:
      return undefined;
  }
}

/** Undefined for a command that belongs to neither login nor TLS. */
export async function answerLogin(
  session: Session,
  { verb, argument, admit }: { readonly verb: string; readonly argument: string; readonly admit: (socket: Socket) => void },
): Promise<Reply | undefined> {
  switch (verb) {
    case 'AUTH':
      // The first one, in the clear, is answered by the code that upgrades the connection.
      return session.secureContext === undefined
        ? reply(504, 'AUTH TLS is what this server speaks')
        : reply(503, 'This connection is in TLS already');
    case 'PBSZ':
      if (session.secureContext === undefined) return reply(503, 'Send AUTH TLS first');
      session.isBufferSizeSet = true;
      return reply(200, 'PBSZ=0');
    case 'PROT':
      return protect(session, argument.toUpperCase());
    case 'CCC':
      return reply(533, 'The control connection stays in TLS');
    case 'USER':
      if (session.secureContext === undefined) return TLS_FIRST;
      if (session.visitor !== undefined) return reply(530, 'You are logged in; connect again to log in as somebody else');
      session.userName = argument;
      return reply(331, 'Password, please');
    case 'PASS':
      return session.secureContext === undefined ? TLS_FIRST : excused(session, logIn(session, argument, admit));
    default:
      return undefined;
  }
}

/** What we could not decide is not held against the peer. */
async function excused(session: Session, decided: Promise<Reply>): Promise<Reply> {
  try {
    return await decided;
  } catch (error) {
    session.frontDoor.doorkeeper.excuse(session.peer);
    throw error;
  }
}

async function logIn(session: Session, password: string, admit: (socket: Socket) => void): Promise<Reply> {
  const { frontDoor, link, peer, socket, userName } = session;
  if (userName === undefined || session.visitor !== undefined) return reply(503, 'Send USER first');
  session.userName = undefined;
  const { result, account, client } = await frontDoor.logins.password(userName, password, peer);
  if (result === 'ok' && account !== undefined && client !== undefined) {
    const folder = await frontDoor.folderOf(client);
    // Gone while we looked: there is nobody to welcome.
    if (link.gone.aborted) return reply(421, 'Goodbye');
    const visit = frontDoor.visits.begin({ account, client, peer, hangUp: () => link.dismiss(421, 'The account may no longer log in') });
    socket.once('close', () => visit.end());
    admit(socket);
    session.visitor = { client, folder, visit };
    return reply(230, 'Welcome');
  }
  const crowded = CROWDED.get(result);
  if (crowded !== undefined) {
    link.dismiss(421, crowded);
    return reply(421, crowded);
  }
  session.failedLogins += 1;
  if (session.failedLogins >= ENTRY_LIMITS.failuresPerConnection) link.dismiss(421, 'Too many failed logins');
  return reply(530, 'User name or password is wrong');
}

function protect(session: Session, level: string): Reply {
  if (!session.isBufferSizeSet) return reply(503, 'Send PBSZ 0 first');
  if (level === 'P') {
    session.isDataPrivate = true;
    return reply(200, 'Data connections are in TLS');
  }
  return ['C', 'S', 'E'].includes(level)
    ? reply(536, 'Data connections are in TLS only: PROT P')
    : reply(504, 'PROT P is what is understood');
}

function setOption(session: Session, argument: string): Reply {
  const [name = '', value = ''] = argument.split(' ');
  if (name.toUpperCase() === 'UTF8') return reply(200, 'Names are UTF-8, always');
  if (name.toUpperCase() !== 'MLST') return reply(501, 'There is no such option');
  const wanted = value.toLowerCase().split(';');
  session.facts = FACTS.filter((fact) => wanted.includes(fact));
  return reply(200, `MLST OPTS ${session.facts.map((fact) => `${fact};`).join('')}`);
}

function featureLines({ facts }: Session): string[] {
  const shown = (fact: Fact): string => `${fact}${facts.includes(fact) ? '*' : ''};`;
  const inTls = ['AUTH TLS', 'PBSZ', 'PROT'];
  return [...inTls, 'CLNT', 'EPSV', 'MDTM', 'MFMT', `MLST ${FACTS.map(shown).join('')}`, 'REST STREAM', 'SIZE', 'TVFS', 'UTF8'];
}
