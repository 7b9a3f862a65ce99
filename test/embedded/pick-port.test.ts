import net from 'node:net';
import { onFreePorts, pickPort } from '../../src/embedded/pick-port';

async function occupied(): Promise<net.Server & { readonly port: number }> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { port: (server.address() as net.AddressInfo).port });
}

test('the usual port when it is free, else the next free one', async () => {
  const server = await occupied();
  const next = await pickPort(server.port);
  expect(next).toBeGreaterThan(server.port);
  expect(next).toBeLessThan(server.port + 100);
  const { port } = server;
  await new Promise((resolve) => server.close(resolve));
  expect(await pickPort(port)).toBe(port);
});

test('never one that is spoken for', async () => {
  const free = await pickPort(0);
  expect(await pickPort(free, [free])).not.toBe(free);
});

test('0 is any free port', async () => {
  expect(await pickPort(0)).toBeGreaterThan(1023);
});

test('a server that finds its port taken is started once more, on another one; one that fails for another reason is not', async () => {
  const faster: net.Server[] = [];
  const tried: number[][] = [];
  const started = await onFreePorts([0, 0], async (...ports) => {
    tried.push(ports);
    if (tried.length === 3) return 'up';
    const server = net.createServer();
    faster.push(server);
    await new Promise<void>((resolve) => server.listen(ports[1], '127.0.0.1', resolve));
    throw new Error('address already in use');
  });
  expect([started, new Set(tried.flat()).size]).toEqual(['up', 6]);
  for (const server of faster) await new Promise((resolve) => server.close(resolve));

  let starts = 0;
  const broken = onFreePorts([0], async (_port) => {
    starts++;
    throw new Error('no such program');
  });
  await expect(broken).rejects.toThrow('no such program');
  expect(starts).toBe(1);
});
