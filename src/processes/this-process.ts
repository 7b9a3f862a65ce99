// What holds for any of our processes as a whole: how it is asked to end, and who may read what it writes.

/** Asked to end by a person or a supervisor. For good: npm and the terminal may both send a signal; the second must not cut in. */
export function waitForSignal(): { readonly signal: AbortSignal; readonly arrived: Promise<void> } {
  const asked = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(name, () => asked.abort());
  const arrived = new Promise<void>((resolve) => asked.signal.addEventListener('abort', () => resolve(), { once: true }));
  return { signal: asked.signal, arrived };
}

/**
 * What our processes write can be read by their own user only, whatever started them allows: the data directory holds host keys, clients'
 * files and what failed of them. The programs that they start inherit it.
 */
export function keepFromOthers(): void {
  process.umask(0o077);
}
