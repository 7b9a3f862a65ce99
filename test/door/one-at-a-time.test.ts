// Work that many ask for is done once at a time, and nobody gets a result that is older than the question.

import { inBunches, oneAtATime } from '../../src/door/one-at-a-time';

test('a thousand who ask while it runs share one further run, begun after they asked', async () => {
  let runs = 0;
  let atOnce = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const ask = oneAtATime(async () => {
    const mine = ++runs;
    most = Math.max(most, ++atOnce);
    await new Promise<void>((resolve) => ends.push(resolve));
    atOnce -= 1;
    return mine;
  });
  const first = ask();
  const others = Array.from({ length: 1000 }, () => ask());
  ends.shift()?.();
  expect(await first).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  ends.shift()?.();
  expect(new Set(await Promise.all(others))).toEqual(new Set([2]));
  expect([runs, most]).toEqual([2, 1]);
});

test('a run that fails fails those who asked for it, and no others', async () => {
  let runs = 0;
  const ask = oneAtATime(async () => {
    runs += 1;
    await Promise.resolve();
    if (runs === 1) throw new Error('once');
    return runs;
  });
  const [first, second] = await Promise.allSettled([ask(), ask()]);
  expect(first.status).toBe('rejected');
  expect(second).toEqual({ status: 'fulfilled', value: 2 });
});

test('looks at sixteen things at a time, in their order', async () => {
  let atOnce = 0;
  let most = 0;
  const looked = await inBunches(Array.from({ length: 100 }).keys(), async (n) => {
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce -= 1;
    return n;
  });
  expect(looked).toEqual([...Array(100).keys()]);
  expect(most).toBe(16);
});
