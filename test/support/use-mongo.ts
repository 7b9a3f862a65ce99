// One engine per test file, the stores on it, the bare driver beside them, and a client of its own for every test.

import { mongo } from 'mongoose';
import { connectMongo, type Mongo } from '../../src/adapters/mongo/connect-mongo';
import { type ClientId, parseClientId } from '../../src/domain/ids';
import { startMongo, type TestMongo } from './mongo';

export type RawDocument = mongo.Document & { _id: string };

export interface UsedMongo {
  readonly uri: string;
  readonly store: Mongo;
  /** The client of the running test. */
  readonly clientId: ClientId;
  /** Of the test's database unless another is named. */
  collection(name: string, database?: string): mongo.Collection<RawDocument>;
}

export function useMongo(): UsedMongo {
  let engine: TestMongo | undefined;
  let store: Mongo | undefined;
  let driver: mongo.MongoClient | undefined;
  let tests = 0;

  beforeAll(async () => {
    engine = await startMongo();
    store = await connectMongo(engine.uri);
    await store.createIndexes();
    driver = await mongo.MongoClient.connect(engine.uri);
  });
  beforeEach(() => {
    tests++;
  });
  afterAll(async () => {
    await driver?.close();
    await store?.close();
    await engine?.stop();
  });

  return {
    get uri() {
      return engine!.uri;
    },
    get store() {
      return store!;
    },
    get clientId() {
      return parseClientId(`client-${tests}`)!;
    },
    collection: (name, database) => driver!.db(database).collection<RawDocument>(name),
  };
}
