// What a refused file leaves in Temporal: why it was refused, in words that quote nothing of the file.

import { NO_COUNTS } from '../../src/domain/import-run';
import { REFUSALS } from '../../src/domain/reason/refusals';
import { importFileSteps, type ImportSteps, type Watcher } from '../../workflows/import-file-steps';

const steps = {
  inspectFile: () => Promise.resolve({ kind: 'refused', code: 'HEADER_MISSING' }),
  backUpFile: () => Promise.resolve({ outcome: 'refused', counts: NO_COUNTS, report: 'none' }),
  closeImport: () => Promise.resolve(),
} as unknown as ImportSteps;
const watcher = { enter: () => {}, ended: () => {}, turnIsOver: () => Promise.resolve() } as unknown as Watcher;

it('its result names the reason, with the sentence of the catalogue', async () => {
  const input = { importId: 'acme-1', fileName: 'users.csv', turn: 1 } as Parameters<typeof importFileSteps>[1];
  expect(await importFileSteps(steps, input, watcher)).toEqual({
    outcome: 'refused',
    refusal: { code: 'HEADER_MISSING', meaning: REFUSALS.HEADER_MISSING.meaning },
    counts: NO_COUNTS,
    report: 'none',
  });
});
