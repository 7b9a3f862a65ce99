import { inWindow } from '../../workflows/in-window';

/** Steps that end when told to, and a record of what ran. */
function controlled() {
  const started: number[] = [];
  const running = new Map<number, { end(): void; fail(error: Error): void }>();
  const step = (n: number) =>
    new Promise<void>((resolve, reject) => {
      started.push(n);
      running.set(n, { end: resolve, fail: reject });
    });
  return { started, step, end: (n: number) => running.get(n)!.end(), fail: (n: number) => running.get(n)!.fail(new Error(`step ${n}`)) };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('chunks in a window', () => {
  it('keeps as many in flight as the window allows, and starts the next when one ends', async () => {
    const { started, step, end } = controlled();
    const all = inWindow({ from: 0, to: 5, window: 2, stop: () => false }, step);
    await settle();
    expect(started).toEqual([0, 1]);
    end(1);
    await settle();
    expect(started).toEqual([0, 1, 2]);
    for (const n of [0, 2, 3, 4]) {
      end(n);
      await settle();
    }
    await expect(all).resolves.toBe(5);
  });

  it('says where to go on when it is told to stop, after those in flight have ended', async () => {
    const { step, end } = controlled();
    let stop = false;
    const all = inWindow({ from: 3, to: 9, window: 2, stop: () => stop }, step);
    await settle();
    stop = true;
    end(4);
    end(3);
    await expect(all).resolves.toBe(5);
  });

  it('starts no further step after a failure, and tells of it when those in flight have ended, too', async () => {
    const { started, step, end, fail } = controlled();
    let failed = false;
    const all = inWindow({ from: 0, to: 9, window: 3, stop: () => false }, step).catch((error: unknown) => {
      failed = true;
      throw error;
    });
    await settle();
    fail(1);
    await settle();
    end(0);
    await settle();
    expect(failed).toBe(false);
    fail(2);
    await expect(all).rejects.toThrow('step 1');
    expect(started).toEqual([0, 1, 2]);
  });

  it('is done at once when there is nothing to do', async () => {
    await expect(inWindow({ from: 0, to: 0, window: 4, stop: () => false }, () => Promise.reject(new Error('never')))).resolves.toBe(0);
  });
});
