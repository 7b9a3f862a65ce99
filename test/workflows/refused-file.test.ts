// What a refused file leaves in Temporal: why it was refused, in words that quote nothing of the file.

import { NO_COUNTS } from '../../src/domain/import-run';
import { REFUSALS } from '../../src/domain/reason/refusals';
import { importFileSteps, type ImportSteps, type Watcher } from '../../workflows/import-file-steps';
import type { ImportFileResult } from '../../workflows/messages';

const stepsOf = (code: string) =>
  ({
    inspectFile: () => Promise.resolve({ kind: 'refused', code }),
    backUpFile: () => Promise.resolve({ outcome: 'refused', counts: NO_COUNTS, report: 'none' }),
    closeImport: () => Promise.resolve(),
  }) as unknown as ImportSteps;
const watcher = { enter: () => {}, ended: () => {}, turnIsOver: () => Promise.resolve() } as unknown as Watcher;

const input = { importId: 'acme-1', fileName: 'users.csv', turn: 1 } as Parameters<typeof importFileSteps>[1];

it('its result names the reason, with the sentence of the catalogue', async () => {
  expect(await importFileSteps(stepsOf('HEADER_MISSING'), input, watcher)).toEqual({
    outcome: 'refused',
    refusal: { code: 'HEADER_MISSING', meaning: REFUSALS.HEADER_MISSING.meaning },
    counts: NO_COUNTS,
    report: 'none',
  });
});

it('ends as well when a newer worker, during a deployment, refused it for a reason that this one does not know', async () => {
  const { refusal } = (await importFileSteps(stepsOf('TOO_WIDE'), input, watcher)) as ImportFileResult;
  expect(refusal).toEqual({ code: 'TOO_WIDE', meaning: 'This reason is described in a newer version of this program.' });
});
