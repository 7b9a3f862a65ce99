// One embedded engine per test file, whatever MONGODB_URI says, and a collection of its own for every test.

import { mongo } from 'mongoose';
import { startEmbeddedMongo, type TestMongo } from '../support/mongo';

/** Keys of every type that an application may choose. */
export type Row = mongo.Document & { _id: string | number };

export interface UsedEngine {
  readonly uri: string;
  readonly db: mongo.Db;
  readonly client: mongo.MongoClient;
  /** Of the running test, empty at its start. */
  readonly rows: mongo.Collection<Row>;
}

export function useEngine(): UsedEngine {
  let engine: TestMongo | undefined;
  let client: mongo.MongoClient | undefined;
  let tests = 0;

  beforeAll(async () => {
    engine = await startEmbeddedMongo();
    client = await mongo.MongoClient.connect(engine.uri, { maxPoolSize: 40 });
  });
  beforeEach(() => {
    tests++;
  });
  afterAll(async () => {
    await client?.close();
    await engine?.stop();
  });

  return {
    get uri() {
      return engine!.uri;
    },
    get client() {
      return client!;
    },
    get db() {
      return client!.db();
    },
    get rows() {
      return client!.db().collection<Row>(`rows${tests}`);
    },
  };
}

export const DUPLICATE = { code: 11_000 };

export const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
