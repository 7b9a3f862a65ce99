// Tells somebody who waits for a first start that it goes on: a line at once, and one now and then.

const EVERY_MS = 15_000;

export type Say = (line: string) => void;

export async function sayProgress<T>(say: Say, what: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  say(`${what} …`);
  const timer = setInterval(() => say(`${what} … ${seconds()} s`), EVERY_MS);
  try {
    const result = await work();
    say(`${what}: done after ${seconds()} s`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
