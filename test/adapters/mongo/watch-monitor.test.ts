// A process whose MongoDB driver lost its look-out must not sit there for ever with a database that answers everybody else.

import { Socket } from 'node:net';
import { mongo } from 'mongoose';
import { watchMonitor } from '../../../src/adapters/mongo/watch-monitor';
import { useMongo } from '../../support/use-mongo';

const engine = useMongo();
afterEach(() => jest.restoreAllMocks());
const QUICK = { heartbeatFrequencyMS: 500, connectTimeoutMS: 300, serverSelectionTimeoutMS: 300 };

async function watched(patienceMs: number) {
  const client = new mongo.MongoClient(engine.uri, QUICK);
  let stuck = 0;
  watchMonitor(client, { patienceMs, onStuck: () => (stuck += 1) });
  await client.connect();
  const look = () => new Promise((resolve) => client.once('serverHeartbeatStarted', resolve));
  return { client, look, stuck: () => stuck };
}

it('notices that the driver waits for ever on a connection that died under its question', async () => {
  const { client, look, stuck } = await watched(1_000);
  // The first look opens the connection that the next ones ask over.
  await look();
  client.once('serverHeartbeatStarted', () => {
    // What happens when the connection dies between the driver's last glance at it and its write.
    jest.spyOn(Socket.prototype, 'write').mockImplementationOnce(function died(this: Socket) {
      this.destroy();
      return false;
    });
  });
  while (stuck() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await client.close();
}, 60_000);

it('leaves a driver alone that looks and finds, however often', async () => {
  const { client, look, stuck } = await watched(2_000);
  for (let n = 0; n < 5; n++) await look();
  expect(stuck()).toBe(0);
  await client.close();
}, 60_000);
