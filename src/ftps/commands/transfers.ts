// Commands that move bytes, and those that say how.

import { isIPv4 } from 'node:net';
import type { NamedEntry } from '../../door/folder/entry';
import { FolderError } from '../../door/folder/folder-error';
import { listEntries } from '../../door/folder/list-entries';
import { lookUp } from '../../door/folder/look-up';
import { type Command, reply, type Reply } from '../control/command';
import { plainAddress } from '../transfer/passive-ports';
import { refuseTransfer } from '../transfer/transfer';
import { factsLine, listLine, nameLine } from '../listing';
import type { Visitor } from '../../door/visits';
import type { Session } from '../session';
import { named } from './names';
import { receiveFile, sendFile, sendText } from './send-and-receive';

/** Undefined for a command that is about something else. Throws FolderError, or whatever the disk throws. */
export async function answerTransfers(session: Session, visitor: Visitor, { verb, argument }: Command): Promise<Reply | undefined> {
  switch (verb) {
    case 'TYPE':
      return setType(session, argument.toUpperCase());
    case 'STRU':
      return argument.toUpperCase() === 'F' ? reply(200, 'OK') : reply(504, 'Files only: STRU F');
    case 'MODE':
      return argument.toUpperCase() === 'S' ? reply(200, 'OK') : reply(504, 'Streams only: MODE S');
    case 'REST': {
      const at = wholeNumber(argument);
      if (at === undefined) return reply(501, 'REST takes a number of bytes');
      session.restartAt = at;
      return reply(350, `Starting at ${at}`);
    }
    case 'ALLO': {
      const bytes = wholeNumber(argument.split(' ')[0] ?? '');
      if (bytes === undefined) return reply(501, 'ALLO takes a number of bytes');
      session.declaredBytes = bytes;
      return reply(200, 'OK');
    }
    case 'ABOR':
      session.closePort();
      return reply(226, 'Nothing is being transferred');
    case 'EPSV':
    case 'PASV':
      return openPort(session, visitor, { verb, argument: argument.toUpperCase() });
    case 'LIST':
    case 'NLST':
    case 'MLSD':
    case 'RETR':
    case 'STOR':
    case 'APPE':
      try {
        return refuseTransfer(session) ?? (await begin(session, visitor, { verb, argument }));
      } finally {
        // Opened for this transfer, even when there was none.
        session.closePort();
      }
    default:
      return undefined;
  }
}

async function begin(session: Session, visitor: Visitor, { verb, argument }: Command): Promise<Reply> {
  const { restartAt } = session;
  if (verb === 'RETR') return sendFile(session, visitor, { path: session.pathOf(named(argument)), restartAt });
  if (verb === 'STOR' || verb === 'APPE') {
    const path = session.pathOf(named(argument));
    return receiveFile(session, visitor, { path, restartAt: verb === 'STOR' ? restartAt : 0, append: verb === 'APPE' });
  }
  const now = visitor.folder.clock.now();
  // Old programs give options as to `ls`; a name does not begin so.
  const path = session.pathOf(verb === 'MLSD' ? argument : argument.replace(/^(-\S*\s*)+/, ''));
  const entry = await lookUp(visitor.folder, path);
  if (verb === 'MLSD' && entry.kind === 'file') throw new FolderError('failed', 'Is not a directory');
  const parts = entry.kind === 'directory' ? listEntries(visitor.folder, path) : [[{ ...entry, name: path.at(-1) ?? '' }]];
  const line = verb === 'LIST' ? listLine : verb === 'NLST' ? nameLine : (each: NamedEntry) => factsLine(each, session.facts);
  return sendText(session, parts, (entries) => entries.map((each) => line(each, now)).join(''));
}

async function openPort(
  session: Session,
  { client }: Visitor,
  { verb, argument }: { readonly verb: 'EPSV' | 'PASV'; readonly argument: string },
): Promise<Reply> {
  const { link, socket, settings, secureContext } = session;
  if (secureContext === undefined) return reply(503, 'Send AUTH TLS first');
  if (verb === 'EPSV' && argument === 'ALL') {
    session.isEpsvOnly = true;
    return reply(200, 'EPSV it is');
  }
  if (verb === 'PASV' && session.isEpsvOnly) return reply(503, 'After EPSV ALL, send EPSV');
  const host = plainAddress(socket.localAddress);
  const family = isIPv4(host) ? '1' : '2';
  if (verb === 'EPSV' && !['', family].includes(argument)) return reply(522, `Not over this network: use (${family})`);
  if (verb === 'PASV' && family === '2') return reply(425, 'Not over IPv6: send EPSV');
  session.closePort();
  const peer = plainAddress(socket.remoteAddress);
  const port = await settings.openPort({ clientId: client.clientId, host, peer, secureContext });
  if (port === undefined) return reply(425, 'No port is free, try again later');
  session.port = port;
  if (link.gone.aborted) session.closePort();
  if (verb === 'EPSV') return reply(229, `Connect to (|||${port.port}|)`);
  const numbers = [...(settings.publicAddress ?? host).split('.'), port.port >> 8, port.port & 0xff];
  return reply(227, `Connect to (${numbers.join(',')})`);
}

function setType(session: Session, type: string): Reply {
  const [kind = '', form = 'N'] = type.split(' ');
  if (kind === 'A' && form === 'N') {
    session.isText = true;
    return reply(200, 'Text is moved as it is, byte by byte');
  }
  if (kind !== 'I' && type !== 'L 8') return reply(504, 'TYPE I or TYPE A');
  session.isText = false;
  return reply(200, 'OK');
}

function wholeNumber(text: string): number | undefined {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
