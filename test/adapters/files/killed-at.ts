// Plays a process that is killed: the n-th call into the file system, and all behind it, do not happen any more.

import fs from 'node:fs/promises';

const CALLS = ['copyFile', 'link', 'lstat', 'mkdir', 'open', 'readdir', 'rename', 'rm', 'stat', 'unlink'] as const;

/** 'survived' = the work needed fewer calls than that. */
export async function killedAt(n: number, work: () => Promise<unknown>): Promise<'killed' | 'survived'> {
  let left = n;
  const spies = CALLS.map((name) => {
    const real = fs[name] as (...args: unknown[]) => Promise<unknown>;
    return jest
      .spyOn(fs, name)
      .mockImplementation(((...args: unknown[]) => (left-- > 0 ? real(...args) : Promise.reject(new Error('killed')))) as never);
  });
  try {
    await work();
    return 'survived';
  } catch (error) {
    if ((error as Error).message !== 'killed') throw error;
    return 'killed';
  } finally {
    spies.forEach((spy) => spy.mockRestore());
  }
}
