// The logs that the command line shows: those that `imports up` leaves in the data directory, or others that are named.

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { logPrettifier, readLog } from '../../adapters/log/read-log';
import type { CliDeps } from '../../cli/deps';
import { notFound } from '../../errors';
import { isReadable } from '../../cli/local-files';

/** Of our own processes: engines write in other ways. */
const OURS = /^(up|worker|sftp|demo)\.log(\.1)?$/;

export function readLogsOf(dataDir: () => string, stdin: () => Readable): CliDeps['readLogs'] {
  return async (given, query, look) => {
    const files = given ?? (await logsOf(dataDir()));
    for (const file of files)
      if (file !== '-' && !(await isReadable(file)))
        throw notFound(`The log cannot be read: ${file}\nGive --from the path of a log, or - for standard input`);
    const lines = await readLog(
      files.map((file) => (file === '-' ? stdin() : file)),
      query,
    );
    return { lines, pretty: logPrettifier(look) };
  };
}

async function logsOf(dataDir: string): Promise<readonly string[]> {
  const folder = path.join(dataDir, 'run');
  const names = (await readdir(folder).catch(() => [])).filter((name) => OURS.test(name)).toSorted();
  if (names.length > 0) return names.map((name) => path.join(folder, name));
  throw notFound(
    `There are no logs in ${folder}: imports up writes them there (set IMPORTS_DATA_DIR when it runs on another).\nOther processes write to their standard output; save that to a file and read it with: imports logs --from FILE`,
  );
}
