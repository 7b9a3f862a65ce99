// What an earlier start may have left: a log that has grown large, and a process that outlived it.

import { mkdir, open, readFile, rename, stat, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import path from 'node:path';

const LIMIT_BYTES = 20 * 1024 * 1024;
const LOOK_MS = 50;
const PATIENCE_MS = 10_000;

/** The file that takes the output of a process, `<run>/<name>.log`: appended to, and put aside once when it has grown large. */
export async function openLog(runDir: string, name: string): Promise<FileHandle> {
  await mkdir(runDir, { recursive: true });
  const file = path.join(runDir, `${name}.log`);
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  if (bytes > LIMIT_BYTES) await rename(file, `${file}.1`);
  return open(file, 'a');
}

/**
 * A process that outlived its start (everybody above it was killed at once) still holds the data or the port that its successor needs. Ends the one
 * that the file names when all of `marks` are parts of its command line: a pid may meanwhile belong to another process.
 */
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
