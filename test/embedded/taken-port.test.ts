// Between the look for a free port and the start of MongoDB there, somebody else may take it, and may even answer like a MongoDB.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mongoose from 'mongoose';
import { loadConfig } from '../../src/config/load-config';
import { startMongo } from '../../src/embedded/mongo';
import { pickPort } from '../../src/embedded/pick-port';
import { sharedServices } from '../support/shared-services';
import { quietLog } from '../support/services';

const root = mkdtempSync(path.join(tmpdir(), 'taken-port-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Takes the port while MongoDB is on its way there, and passes connections on to another one; undefined = MongoDB was faster. */
async function take(port: number, other: string): Promise<net.Server | undefined> {
  const { port: to } = new URL(other);
  const server = net.createServer((socket) => {
    const onward = net.connect(Number(to), '127.0.0.1');
    socket.on('error', () => onward.destroy()).pipe(onward);
    onward.on('error', () => socket.destroy()).pipe(socket);
  });
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

test('MongoDB starts on another port then, and nobody is sent to the stranger', async () => {
  const { mongodbUri } = await sharedServices();
  for (let n = 0; ; n++) {
    const dataDir = path.join(root, String(n));
    const port = await pickPort(0);
    const config = loadConfig({ ...process.env, IMPORTS_DATA_DIR: dataDir, IMPORTS_MONGO_PORT: String(port), MONGODB_URI: '' });
    const starting = startMongo({ config, log: quietLog, say: () => undefined, signal: new AbortController().signal });
    while (!existsSync(path.join(dataDir, 'run/mongo.pid'))) await sleep(1);
    const stranger = await take(port, mongodbUri);
    const started = await starting;
    const connection = await mongoose.createConnection(started.uri).asPromise();
    const collections = await connection.listCollections();
    await connection.close();
    await started.stop();
    if (stranger === undefined) continue;
    stranger.close();
    expect(new URL(started.uri).port).not.toBe(String(port));
    expect(collections).toEqual([]);
    return;
  }
});
