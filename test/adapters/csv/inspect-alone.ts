// Inspects one file in a process of its own and prints what was found and the most memory it ever held, in bytes. The tests that ran
// before in a process leave garbage that says nothing about the inspection.

import { readFileSync } from 'node:fs';
import { createCsvFiles } from '../../../src/adapters/csv/csv-files';
import { DEFAULT_SETTINGS } from '../../../src/domain/client';

async function inspectAlone(sourcePath: string): Promise<void> {
  const settings = { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'admin@acme.example' };
  const files = { sourcePath, textPath: `${sourcePath}.text`, idsPath: `${sourcePath}.ids`, fileName: 'users.csv' };
  const { verdict } = await createCsvFiles().inspect(files, settings, () => undefined);
  if (verdict.kind === 'refused') throw new Error(verdict.refusal.message);
  let marks = 0;
  for (const chunk of verdict.chunks) marks += chunk.marks.length;
  process.stdout.write(JSON.stringify({ records: verdict.records, chunks: verdict.chunks.length, marks, bytes: peakBytes() }));
}

/** `maxRSS` counts what the process was before it became this program: its parent's peak, which may be larger. */
function peakBytes(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))!;
    return Number(kilobytes) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

void inspectAlone(process.argv[2]!);
