// So many at a time and no more, whoever comes when.

import { atMost } from '../../src/door/bounded-guesses';

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined;
  const promise = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  if (settle === undefined) throw new Error('A promise runs at once');
  return { promise, ...settle };
}

const done = (): Promise<void> => Promise.resolve();

test('a place that becomes free goes to whoever waits, not to a newcomer of the same moment', async () => {
  const bounded = atMost(1, 10);
  const first = deferred();
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    most = Math.max(most, ++running);
    await done();
    running -= 1;
  };
  const all = [bounded(() => first.promise), bounded(work)];
  // Asks right after the first is known to be over, before the one that waits goes on.
  all.push(first.promise.then(() => bounded(work)));
  first.resolve();
  await Promise.all(all);
  expect(most).toBe(1);
});

test('turns away what is too much for the queue, and goes on after work that fails', async () => {
  const bounded = atMost(1, 1);
  const first = deferred();
  const failing = bounded(() => first.promise);
  const waiting = bounded(async () => 'waited');
  expect(await bounded(done)).toBe('too-busy');
  first.reject(new Error('failed'));
  await expect(failing).rejects.toThrow('failed');
  expect(await waiting).toBe('waited');
  expect(await bounded(async () => 'free again')).toBe('free again');
});
