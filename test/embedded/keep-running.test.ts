import { setTimeout as sleep } from 'node:timers/promises';
import { keepRunning, type Kept } from '../../src/embedded/keep-running';
import { quietLog } from '../support/services';

/** Starts that can be made to end, or to fail. */
function fakeProcess() {
  const running: { end: (how: string) => void; stopped: boolean }[] = [];
  const state = { failures: 0, starts: 0 };
  const start = async (): Promise<Kept> => {
    state.starts++;
    if (state.failures > 0) {
      state.failures--;
      throw new Error('no');
    }
    const { promise, resolve } = newPromise<string>();
    const one = { end: resolve, stopped: false };
    running.push(one);
    return {
      ended: promise,
      async stop() {
        one.stopped = true;
        resolve('stopped');
      },
    };
  };
  return { running, state, start };
}

function newPromise<T>() {
  const settle: { resolve?: (value: T) => void } = {};
  const promise = new Promise<T>((resolve) => (settle.resolve = resolve));
  return { promise, resolve: (value: T) => settle.resolve?.(value) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

test('one that ends is started again, through failed tries', async () => {
  const { running, state, start } = fakeProcess();
  const kept = await keepRunning({ name: 'x', start, log: quietLog });
  state.failures = 2;
  running[0]?.end('SIGKILL');
  await until(() => running.length === 2);
  expect(state.starts).toBe(4);
  running[1]?.end('exit code 1');
  await until(() => running.length === 3);
  await kept.stop();
  expect(running[2]?.stopped).toBe(true);
});

test('a first start that fails is told, not tried again', async () => {
  const { state, start } = fakeProcess();
  state.failures = 1;
  await expect(keepRunning({ name: 'x', start, log: quietLog })).rejects.toThrow('no');
  expect(state.starts).toBe(1);
});

test('after stop nothing is started any more', async () => {
  const { running, state, start } = fakeProcess();
  const kept = await keepRunning({ name: 'x', start, log: quietLog });
  running[0]?.end('SIGKILL');
  await kept.stop();
  const { starts } = state;
  await sleep(400);
  expect(state.starts).toBe(starts);
  for (const one of running.slice(1)) expect(one.stopped).toBe(true);
});

test('a start that is under way when the stop comes is stopped, too', async () => {
  const { running, start } = fakeProcess();
  const { promise: gate, resolve: open } = newPromise<void>();
  let starts = 0;
  const slow = async () => {
    if (++starts > 1) await gate;
    return start();
  };
  const kept = await keepRunning({ name: 'x', start: slow, log: quietLog });
  running[0]?.end('SIGKILL');
  await until(() => starts === 2);
  const stopped = kept.stop();
  open();
  await stopped;
  expect(running[1]?.stopped).toBe(true);
});
