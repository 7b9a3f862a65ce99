// How many batches of an import are at work at once: as many as it has chunks in flight while it is alone, one while others are there.

import { setImmediate as nextTick } from 'node:timers/promises';
import { Pace } from '../../activities/pace';
import type { ImportId } from '../../src/domain/ids';

const large = 'large-1' as ImportId;
const small = 'small-1' as ImportId;

const takeStep = (pace: Pace) => pace.seen(async ({ importId }) => importId)({ importId: small });

/** Four batches that end when they are told to. */
function fourBatches(pace: Pace) {
  const begun: number[] = [];
  const end: (() => void)[] = [];
  const all = [0, 1, 2, 3].map((n) =>
    pace.batch(large, () => {
      begun.push(n);
      return new Promise<number>((resolve) => {
        end[n] = () => resolve(n);
      });
    }),
  );
  return { begun, end, all };
}

describe('the batches of a large file', () => {
  it('run side by side while no other import is there', async () => {
    const { begun, end, all } = fourBatches(new Pace());
    await nextTick();
    expect(begun).toEqual([0, 1, 2, 3]);
    for (const one of end) one();
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('run one at a time, in order, while another import takes its steps', async () => {
    const pace = new Pace();
    await takeStep(pace);
    const { begun, end, all } = fourBatches(pace);
    for (const n of [0, 1, 2, 3]) {
      await nextTick();
      expect(begun).toEqual([0, 1, 2, 3].slice(0, n + 1));
      end[n]!();
    }
    expect(await Promise.all(all)).toEqual([0, 1, 2, 3]);
  });

  it('run one at a time for as long as a step of another import lasts', async () => {
    const pace = new Pace();
    let end = (): void => undefined;
    const slow = pace.seen(
      (_input: { readonly importId: ImportId }) =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    )({ importId: small });
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    const { begun, end: endBatch, all } = fourBatches(pace);
    await nextTick();
    expect(begun).toEqual([0]);
    clock.mockRestore();
    end();
    await slow;
    for (const n of [0, 1, 2, 3]) {
      endBatch[n]!();
      await nextTick();
    }
    await Promise.all(all);
  });

  it('do not wait for those of the other import', async () => {
    const pace = new Pace();
    let end = (): void => undefined;
    const slow = pace.batch(
      small,
      () =>
        new Promise<void>((resolve) => {
          end = resolve;
        }),
    );
    expect(await pace.batch(large, async () => 'done')).toBe('done');
    end();
    await slow;
  });

  it('are held up for some seconds only by one that hangs', async () => {
    const pace = new Pace();
    await takeStep(pace);
    void pace.batch(large, () => new Promise(() => undefined));
    expect(await pace.batch(large, async (hasWaited) => hasWaited)).toBe(true);
  });

  it('go on behind one that failed', async () => {
    const pace = new Pace();
    await takeStep(pace);
    const failed = pace.batch(large, () => Promise.reject(new Error('the database is away')));
    const next = pace.batch(large, async () => 'done');
    await expect(failed).rejects.toThrow('the database is away');
    expect(await next).toBe('done');
  });

  it('run side by side again when the other import has not been there for some seconds', async () => {
    const pace = new Pace();
    await takeStep(pace);
    const later = performance.now() + 60_000;
    const clock = jest.spyOn(performance, 'now').mockReturnValue(later);
    const { begun, end, all } = fourBatches(pace);
    await nextTick();
    expect(begun).toEqual([0, 1, 2, 3]);
    clock.mockRestore();
    for (const one of end) one();
    await Promise.all(all);
  });
});
