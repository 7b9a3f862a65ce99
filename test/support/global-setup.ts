// One set of services for a whole run of tests, started when the first test asks (`sharedServices`) and ended with the run. This
// process keeps them; tests ask for the addresses through a port. TEST_TEMPORAL_ADDRESS and TEST_MONGODB_URI name running ones instead.

import net from 'node:net';
import { startServices, type TestServices } from './services';

declare global {
  // What global-teardown.ts ends: the two files share nothing else.
  var endSharedServices: (() => Promise<void>) | undefined;
}

// jest asks for a default export here.
// oxlint-disable-next-line import/no-default-export
export default async function globalSetup(): Promise<void> {
  let services: Promise<TestServices> | undefined;
  const given = { TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'], MONGODB_URI: process.env['TEST_MONGODB_URI'] };
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    services ??= startServices(given);
    services.then(
      (ready) => socket.end(JSON.stringify(ready)),
      (error: unknown) => socket.end(JSON.stringify({ error: String(error) })),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env['TEST_SERVICES_PORT'] = String((server.address() as net.AddressInfo).port);
  globalThis.endSharedServices = async () => {
    server.close();
    const ready = await services?.catch(() => undefined);
    await ready?.stop();
  };
}
