// Where an embedded service listens: its usual port when that is free, else the next free one.

import net from 'node:net';
import { unreachable } from '../errors';

const TRIES = 100;
const STARTS = 5;
const HOST = '127.0.0.1';

/** `wanted` 0 = any free one. `taken` are ports that somebody else of us is about to use. */
export async function pickPort(wanted: number, taken: readonly number[] = []): Promise<number> {
  if (wanted === 0) return (await listen(0)) ?? pickPort(0, taken);
  for (let port = wanted; port < Math.min(wanted + TRIES, 65_536); port++) {
    if (!taken.includes(port) && (await listen(port)) !== undefined) return port;
  }
  throw unreachable(`No port is free from ${wanted} on. Choose another with the IMPORTS_…_PORT settings of .env.example.`);
}

/**
 * Starts a server on ports that were free just now, `wanted` as for `pickPort`. When somebody else is faster to take one of them, the server
 * cannot start: then once more, on others.
 */
export async function onFreePorts<Ports extends readonly number[], T>(
  wanted: [...Ports],
  start: (...ports: Ports) => Promise<T>,
): Promise<T> {
  for (let starts = 1; ; starts++) {
    const ports: number[] = [];
    for (const port of wanted) ports.push(await pickPort(port, ports));
    try {
      return await start(...(ports as readonly number[] as Ports));
    } catch (error) {
      const areFree = (await Promise.all(ports.map(listen))).every((port) => port !== undefined);
      if (areFree || starts === STARTS) throw error;
    }
  }
}

/** The port, when one could listen there just now. */
function listen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: HOST, exclusive: true }, () => {
      const { port: actual } = server.address() as net.AddressInfo;
      server.close(() => resolve(actual));
    });
  });
}

/** Resolves when something accepts connections there. */
export async function waitForPort(port: number, signal: AbortSignal): Promise<void> {
  while (!(await accepts(port))) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: HOST });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true)).once('error', () => settle(false));
  });
}
