// Commands about names: where the client is, what lies there, renaming and removing. No bytes of files move here.

import { refuseDirectory, removeDirectory, removeFile, renameEntry, setTimes } from '../../door/folder/change-entries';
import type { Entry } from '../../door/folder/entry';
import { FolderError } from '../../door/folder/folder-error';
import { lookUp } from '../../door/folder/look-up';
import { showVirtualPath } from '../../door/folder/virtual-path';
import { type Command, quotePath, reply, type Reply } from '../control/command';
import { factsOf, readTime, timeText } from '../listing';
import type { Visitor } from '../../door/visits';
import type { Session } from '../session';

/** Undefined for a command that is about something else. Throws FolderError, or whatever the disk throws. */
export async function answerNames(session: Session, { folder }: Visitor, { verb, argument }: Command): Promise<Reply | undefined> {
  switch (verb) {
    case 'PWD':
    case 'XPWD':
      return reply(257, `${quotePath(showVirtualPath(session.folderPath))} is where you are`);
    case 'CWD':
    case 'XCWD':
      return enter(session, argument);
    case 'CDUP':
    case 'XCUP':
      return enter(session, '..');
    case 'SIZE':
      return reply(213, String((await fileAt(argument)).bytes));
    case 'MDTM':
      return reply(213, timeText((await fileAt(argument)).modifiedAt));
    case 'MLST': {
      const path = session.pathOf(argument);
      return reply(250, 'Here it is:', `${factsOf(await lookUp(folder, path), session.facts)} ${showVirtualPath(path)}`, 'End');
    }
    case 'MFMT': {
      const [time = '', ...name] = argument.split(' ');
      const modified = readTime(time);
      if (modified === undefined || name.length === 0) return reply(501, 'MFMT takes a time, YYYYMMDDHHMMSS, and a name');
      const seconds = modified.getTime() / 1000;
      await setTimes(folder, session.pathOf(name.join(' ')), { accessed: seconds, modified: seconds });
      return reply(213, `Modify=${timeText(modified)}; ${name.join(' ')}`);
    }
    case 'DELE':
      await removeFile(folder, session.pathOf(named(argument)));
      return reply(250, 'Removed');
    case 'RNFR': {
      const path = session.pathOf(named(argument));
      await lookUp(folder, path);
      session.renameFrom = path;
      return reply(350, 'And the new name, please');
    }
    case 'RNTO': {
      if (session.renameFrom === undefined) return reply(503, 'Send RNFR first');
      await renameEntry(folder, session.renameFrom, session.pathOf(named(argument)), { replace: true });
      return reply(250, 'Renamed');
    }
    case 'MKD':
    case 'XMKD':
      return refuseDirectory(folder, session.pathOf(named(argument)));
    case 'RMD':
    case 'XRMD':
      await removeDirectory(folder, session.pathOf(named(argument)));
      return reply(250, 'Removed');
    default:
      return undefined;
  }

  async function fileAt(name: string): Promise<Entry> {
    const entry = await lookUp(folder, session.pathOf(named(name)));
    if (entry.kind === 'directory') throw new FolderError('failed', 'Is a directory');
    return entry;
  }

  async function enter(at: Session, name: string): Promise<Reply> {
    const path = at.pathOf(name);
    if ((await lookUp(folder, path)).kind !== 'directory') throw new FolderError('failed', 'Is not a directory');
    at.folderPath = path;
    return reply(250, `${quotePath(showVirtualPath(path))} is where you are`);
  }
}

export function named(argument: string): string {
  if (argument === '') throw new FolderError('failed', 'Name the file');
  return argument;
}
