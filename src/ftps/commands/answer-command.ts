// One command, one reply (a transfer says a word before it as well).

import type { Socket } from 'node:net';
import { errnoOf, folderErrorOf, type FolderErrorKind } from '../../door/folder/folder-error';
import { type Line, parseCommand, type Command, reply, type Reply } from '../control/command';
import type { Session } from '../session';
import { answerAnytime, answerLogin } from './before-login';
import { answerNames } from './names';
import { answerTransfers } from './transfers';

const NO_ACTIVE_MODE = 'This server does not connect to clients: switch your program to passive mode';

/** Known to others, and not done here. */
const REFUSED = new Map<string, string>([
  ['PORT', NO_ACTIVE_MODE],
  ['EPRT', NO_ACTIVE_MODE],
  ['LPRT', NO_ACTIVE_MODE],
  ['SITE', 'There are no SITE commands here'],
  ['STOU', 'Name your file: STOR'],
  ...['ACCT', 'REIN', 'SMNT', 'HOST', 'LANG', 'LPSV', 'HASH'].map((verb) => [verb, 'This server does not do that'] as const),
]);

const CODES: Readonly<Record<FolderErrorKind, number>> = { 'not-found': 550, denied: 550, failed: 550, unsupported: 504 };
const TRANSFERS = ['STOR', 'APPE'];

/** Never throws. */
export async function answerCommand(session: Session, line: Line, admit: (socket: Socket) => void): Promise<Reply> {
  if (line.kind === 'too-long') return reply(500, 'The command is too long');
  if (line.kind === 'unreadable') return reply(501, 'Names and passwords are in UTF-8, without control characters');
  const command = parseCommand(line.text);
  if (command === undefined) return reply(500, 'That is not a command');
  const refused = REFUSED.get(command.verb);
  if (refused !== undefined) return reply(502, refused);
  try {
    return (await answer(session, command, admit)) ?? reply(500, 'There is no such command here');
  } catch (error) {
    return failure(session, command, error);
  } finally {
    forget(session, command.verb);
  }
}

async function answer(session: Session, command: Command, admit: (socket: Socket) => void): Promise<Reply | undefined> {
  const { verb, argument } = command;
  const known = answerAnytime(session, verb, argument) ?? (await answerLogin(session, { verb, argument, admit }));
  if (known !== undefined) return known;
  const { visitor } = session;
  if (visitor === undefined) return reply(530, session.secureContext === undefined ? 'Send AUTH TLS first' : 'Log in first');
  if (verb === 'STAT') return reply(211, 'All is well; use LIST or MLSD to look into the folder');
  return (await answerNames(session, visitor, command)) ?? (await answerTransfers(session, visitor, command));
}

function failure({ frontDoor, visitor }: Session, { verb }: Command, error: unknown): Reply {
  const known = folderErrorOf(error);
  if (known !== undefined) return reply(TRANSFERS.includes(verb) && known.kind === 'failed' ? 552 : CODES[known.kind], known.message);
  const clientId = visitor?.client.clientId ?? null;
  const name = error instanceof Error ? error.name : typeof error;
  frontDoor.log.error('Answering a command failed', { clientId, command: verb, error: errnoOf(error) ?? name });
  return reply(451, 'Failure on the server, please try again');
}

/** REST, ALLO and RNFR are about the next command; those that only prepare it do not count. */
function forget(session: Session, verb: string): void {
  if (['REST', 'ALLO', 'TYPE', 'PASV', 'EPSV', 'NOOP', 'PBSZ', 'PROT'].includes(verb)) return;
  session.restartAt = 0;
  session.declaredBytes = undefined;
  if (verb !== 'RNFR') session.renameFrom = undefined;
}
