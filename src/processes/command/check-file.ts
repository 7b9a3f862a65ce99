// The dry run of the command line: the file as it lies there, work files in a folder that is gone afterwards.

import { access, constants, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CliDeps } from '../../cli/deps';
import { ImportsError } from '../../errors';
import { isReadable } from '../is-readable';
import type { OpenServices } from './open-services';

export function checkFileWith(services: Pick<OpenServices, 'mongo' | 'csv'>): CliDeps['checkFile'] {
  return async ({ client, path: file, failedRecordsPath }) => {
    if (!(await isReadable(file))) {
      throw new ImportsError('NOT_FOUND', `The file cannot be read: ${file}\nGive the path of a CSV file on this machine`);
    }
    if (failedRecordsPath !== null && !(await isUsable(path.dirname(path.resolve(failedRecordsPath))))) {
      throw new ImportsError(
        'WRONG_USE',
        `The failed records cannot be written: ${failedRecordsPath}\nGive --out a file in a directory that is there and yours to write to`,
      );
    }
    const [{ imports, users, groups, permits }, csv] = await Promise.all([services.mongo(), services.csv()]);
    const { checkFile } = await import('../../../activities/plan/check-file.js');
    const work = await mkdtemp(path.join(tmpdir(), 'imports-check-'));
    try {
      return await checkFile(
        { imports, users, groups, permits, csv, clock: { now: () => new Date() } },
        {
          client,
          fileName: path.basename(file),
          sourcePath: file,
          textPath: path.join(work, 'text.csv'),
          idsPath: path.join(work, 'ids'),
          failedRecordsPath,
        },
      );
    } finally {
      await rm(work, { recursive: true, force: true });
    }
  };
}

async function isUsable(directory: string): Promise<boolean> {
  return access(directory, constants.W_OK).then(
    () => true,
    () => false,
  );
}
