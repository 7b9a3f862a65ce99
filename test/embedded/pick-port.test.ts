import net from 'node:net';
import { pickPort } from '../../src/embedded/pick-port';

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
