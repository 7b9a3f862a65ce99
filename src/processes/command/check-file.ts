// What would happen, for the command line, decided on as an import does it, and nothing written: a file as it lies there, with work files in
// a folder that is removed afterwards; and a held import, whose file lies in work/.

import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { CliDeps } from '../../cli/deps';
import { ImportsError, notFound, wrongUse } from '../../errors';
import { inTemporaryFolder, isReadable, mayBe } from '../../cli/local-files';
import type { OpenServices } from './open-services';

export function checkFileWith(services: Pick<OpenServices, 'mongo' | 'csv'>): CliDeps['checkFile'] {
  return async ({ client, path: file, failedRecordsPath }) => {
    if (!(await isReadable(file))) throw notFound(`The file cannot be read: ${file}\nGive the path of a CSV file on this machine`);
    if (failedRecordsPath !== null && !(await mayBe(path.dirname(path.resolve(failedRecordsPath)), constants.W_OK))) {
      throw wrongUse(
        `The failed records cannot be written: ${failedRecordsPath}\nGive --out a file in a directory that is there and yours to write to`,
      );
    }
    const [{ imports, users, groups, permits }, csv] = await Promise.all([services.mongo(), services.csv()]);
    const { checkFile } = await import('../../../activities/plan/check-file.js');
    return inTemporaryFolder((work) =>
      checkFile(
        { imports, users, groups, permits, csv, clock: { now: () => new Date() } },
        {
          client,
          fileName: path.basename(file),
          sourcePath: file,
          textPath: path.join(work, 'text.csv'),
          idsPath: path.join(work, 'ids'),
          failedRecordsPath,
        },
      ),
    );
  };
}

export function plannedChangesWith(services: Pick<OpenServices, 'mongo' | 'files' | 'csv'>): CliDeps['plannedChanges'] {
  return async function* (importId) {
    const [mongo, files, csv] = await Promise.all([services.mongo(), services.files(), services.csv()]);
    await access(files.sourcePath(importId)).catch((error: unknown) => {
      throw new ImportsError(
        'FILE_VANISHED',
        `The file of ${importId} is not there: ${files.sourcePath(importId)}\nRun this where the data directory is, or check IMPORTS_DATA_DIR`,
        { cause: error },
      );
    });
    const { plannedChanges } = await import('../../../activities/plan/check-file.js');
    yield* plannedChanges({ ...mongo, files, csv }, importId);
  };
}
