// A process whose MongoDB driver lost its look-out must not sit there for ever with a database that answers everybody else. And one that
// can work must not be ended.

import { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { mongo } from 'mongoose';
import { watchMonitor } from '../../../src/adapters/mongo/watch-monitor';
import { useMongo } from '../../support/use-mongo';

const engine = useMongo();
afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});
const QUICK = { heartbeatFrequencyMS: 500, connectTimeoutMS: 300, serverSelectionTimeoutMS: 300 };

async function watched() {
  const client = new mongo.MongoClient(engine.uri, QUICK);
  let stuck = 0;
  watchMonitor(client, () => (stuck += 1));
  await client.connect();
  const look = () => new Promise((resolve) => client.once('serverHeartbeatStarted', resolve));
  return { client, look, stuck: () => stuck };
}

it('notices that the driver waits for ever on a connection that died under its question', async () => {
  const { client, look, stuck } = await watched();
  // The first look opens the connection that the next ones ask over.
  await look();
  const died = new Promise((resolve) => {
    client.once('serverHeartbeatStarted', () => {
      // What happens when the connection dies between the driver's last glance at it and its write.
      jest.spyOn(Socket.prototype, 'write').mockImplementationOnce(function lost(this: Socket) {
        this.destroy();
        resolve(undefined);
        return false;
      });
    });
  });
  await died;
  // The others die as well, as they do when the server goes.
  jest.spyOn(Socket.prototype, 'write').mockImplementationOnce(function lost(this: Socket) {
    this.destroy(new Error('lost'));
    return true;
  });
  await client
    .db()
    .command({ ping: 1 })
    .catch(() => {});
  while (stuck() === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  await client.close();
});

it('leaves a driver alone that looks and finds, however often', async () => {
  const { client, look, stuck } = await watched();
  for (let n = 0; n < 5; n++) await look();
  expect(stuck()).toBe(0);
  await client.close();
});

describe('with servers that do as the test says', () => {
  const [first, second] = ['a:27017', 'b:27017'];

  function scripted(uri: string) {
    jest.useFakeTimers();
    const client = Object.assign(new EventEmitter(), { options: new mongo.MongoClient(uri).options });
    let stuck = 0;
    watchMonitor(client as unknown as mongo.MongoClient, () => (stuck += 1));
    return {
      looksAt: (address: string) => client.emit('serverHeartbeatStarted', { connectionId: address }),
      finds: (address: string, isWritablePrimary: boolean) =>
        client.emit('serverHeartbeatSucceeded', { connectionId: address, reply: { isWritablePrimary } }),
      loses: (address: string) => client.emit('serverDescriptionChanged', { address, newDescription: { isWritable: false } }),
      stuck: () => stuck,
    };
  }

  it('waits twice as long as the URI lets the driver wait', () => {
    const servers = scripted(`mongodb://${first}/?heartbeatFrequencyMS=60000&connectTimeoutMS=20000`);
    servers.looksAt(first);
    jest.advanceTimersByTime(159_000);
    expect(servers.stuck()).toBe(0);
    jest.advanceTimersByTime(1_000);
    expect(servers.stuck()).toBe(1);
  });

  it('does nothing about a stuck secondary as long as the primary is known', () => {
    const servers = scripted(`mongodb://${first},${second}/?heartbeatFrequencyMS=10000&connectTimeoutMS=5000`);
    servers.finds(first, true);
    servers.finds(second, false);
    servers.looksAt(second);
    jest.advanceTimersByTime(3_600_000);
    expect(servers.stuck()).toBe(0);
    servers.loses(first);
    jest.advanceTimersByTime(3_000);
    expect(servers.stuck()).toBe(1);
  });

  it('never ends a process whose URI says to wait for ever', () => {
    const servers = scripted(`mongodb://${first}/?connectTimeoutMS=0`);
    servers.looksAt(first);
    jest.advanceTimersByTime(3_600_000);
    expect(servers.stuck()).toBe(0);
  });
});
