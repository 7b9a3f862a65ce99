// What a held import would do, for the command line: the file as it lies in work/, decided on as an import does it, nothing written.

import { access } from 'node:fs/promises';
import type { CliDeps } from '../../cli/deps';
import { ImportsError } from '../../errors';
import type { OpenServices } from './open-services';

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
    const { plannedChanges } = await import('../../../activities/plan/planned-changes.js');
    yield* plannedChanges({ ...mongo, files, csv }, importId);
  };
}
