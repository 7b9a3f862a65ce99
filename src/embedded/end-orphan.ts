// A process of an earlier start that outlived it (everybody above it was killed at once) still holds the data or the port that its
// successor needs.

import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_MS = 50;
const PATIENCE_MS = 10_000;

/** Ends the process that the file names when all of `marks` are parts of its command line: a pid may be somebody else's by now. */
export async function endOrphan(pidFile: string, marks: readonly string[]): Promise<void> {
  const pid = Number(await readFile(pidFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return;
  // Where the command line cannot be read, nothing is ended.
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (marks.every((mark) => commandLine.includes(mark))) await endForcibly(pid);
}

/** Waits for the end, but not for ever: a dead process that nobody collects still has a pid. */
export async function endForcibly(pid: number): Promise<void> {
  try {
    process.kill(pid, 'SIGKILL');
    for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
      await sleep(LOOK_MS);
      process.kill(pid, 0);
    }
  } catch {
    // Gone.
  }
}
