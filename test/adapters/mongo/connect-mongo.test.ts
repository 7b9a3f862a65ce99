// Connecting: what support reads when it fails, what is asked of the server whatever the URI says, and which indexes there are.

import { createServer } from 'node:net';
import { mongo as driver } from 'mongoose';
import { connectMongo, connectionOptions } from '../../../src/adapters/mongo/connect-mongo';
import { INDEXES } from '../../../src/adapters/mongo/indexes';
import { importIdOf, userIdOf } from '../../../src/domain/ids';
import { reason } from '../../../src/domain/reason/reasons';
import { overhearMongo } from '../../support/overhear-mongo';
import { useMongo } from '../../support/use-mongo';

const mongo = useMongo();
afterEach(() => jest.restoreAllMocks());

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

test('tells the version of the server', async () => {
  expect(await mongo.store.ping()).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
});

test('a server that does not answer is UNREACHABLE, by its host and without the credentials', async () => {
  const port = await closedPort();
  const failure = connectMongo(`mongodb://importer:s3cret@127.0.0.1:${port}/app?directConnection=true`);
  await expect(failure).rejects.toMatchObject({
    code: 'UNREACHABLE',
    message: `MongoDB at 127.0.0.1:${port} did not answer within 5 seconds (ECONNREFUSED). Check that it runs, and MONGODB_URI.`,
  });
  await expect(failure).rejects.not.toHaveProperty('cause');
});

test('the URI says how long to look for a server', async () => {
  const failure = connectMongo(`mongodb://127.0.0.1:${await closedPort()}/app?serverSelectionTimeoutMS=50`);
  await expect(failure).rejects.toMatchObject({ message: expect.stringContaining('did not answer within 0.05 seconds') });
});

test('a certificate file that is missing is told as such', async () => {
  await expect(connectMongo('mongodb://127.0.0.1:1/app?tls=true&tlsCAFile=/no/such/ca.pem')).rejects.toMatchObject({
    code: 'CONFIG',
    message: 'MongoDB was not connected: /no/such/ca.pem, which MONGODB_URI names, cannot be read (ENOENT). Check the file and its path.',
  });
});

test.each(['', 'localhost:27017', 'mongodb://', 'mongodb://localhost/app?noSuchOption=1', 'mongodb://a:unescaped@sign@b/app'])(
  'a URI that cannot be read is CONFIG: "%s"',
  async (uri) => {
    await expect(connectMongo(uri)).rejects.toMatchObject({ code: 'CONFIG' });
  },
);

test('without a database name documents go to `imports`, never to `test`', async () => {
  const marker = importIdOf(mongo.clientId, Date.now());
  const store = await connectMongo(mongo.uri.replace(/\/[^/?]+(\?|$)/, '/$1'));
  try {
    await store.outbox.setState(marker, 'report', 'sent', new Date());
    expect(await mongo.collection('outbox', 'imports').deleteOne({ _id: `${marker}/report` })).toMatchObject({ deletedCount: 1 });
  } finally {
    await store.close();
  }
});

describe('whatever the URI says', () => {
  const LAX = 'w=1&journal=false&readPreference=secondaryPreferred&maxStalenessSeconds=100&readPreferenceTags=dc:east';
  const AT = new Date('2026-03-01T08:00:00Z');

  test('every write is for the majority, and every read from the primary', async () => {
    const wire = await overhearMongo(`${mongo.uri}&${LAX}`);
    const store = await connectMongo(wire.uri);
    try {
      const { clientId } = mongo;
      const run = { clientId, importId: importIdOf(clientId, 1), seq: await store.imports.nextSeq(clientId), at: AT };
      const [userId, uniqueId] = [userIdOf(clientId, '1'), '1'];
      await mongo.collection('accounts').dropIndex('clientId_1');
      await store.createIndexes();
      await store.accounts.add({
        userName: `${clientId}-login`,
        clientId,
        passwordHash: null,
        publicKeys: [],
        enabled: true,
        lastLoginAt: null,
      });
      await store.accounts.update(`${clientId}-login`, { enabled: false });
      await store.users.write(run, [{ kind: 'create', userId, uniqueId, line: 2, set: { email: 'a@b.example' } }]);
      const [user] = (await store.users.read([userId])).values();
      await store.users.write(run, [{ kind: 'update', userId, line: 3, rev: user!.rev, set: { city: 'B' }, before: { city: null } }]);
      await store.rejected.replaceRange(run.importId, 2, 4, [
        { line: 2, uniqueId, reasons: [reason('9019', 'email')], cells: [], claims: {} },
      ]);
      await store.permits.release(run.importId, [userId], AT);
      await store.imports.removeUnclaimed(run.importId);
      await store.expiry.expire(run.importId, AT, () => {});
    } finally {
      await store.close();
      await wire.stop();
    }
    const kindOf = (command: object) => Object.keys(command)[0]!;
    const writes = ['createIndexes', 'insert', 'update', 'delete', 'findAndModify'];
    const sent = wire.commands.filter((command) => writes.includes(kindOf(command)));
    expect(new Set(sent.map(kindOf))).toEqual(new Set(writes));
    for (const command of sent) expect(command).toMatchObject({ writeConcern: { w: 'majority' } });
    for (const { writeConcern } of sent) expect(writeConcern).not.toHaveProperty('j');
    // A driver that is told to talk to one server whatever it is says primaryPreferred for primary.
    const reads = wire.commands.map(({ $readPreference }) => JSON.stringify($readPreference ?? { mode: 'primary' }));
    expect([...new Set(reads)].filter((one) => !/^\{"mode":"primary(Preferred)?"\}$/.test(one))).toEqual([]);
  });

  test.each([
    ['', { maxPoolSize: 10, socketTimeoutMS: 120_000, connectTimeoutMS: 5_000, serverSelectionTimeoutMS: 5_000 }],
    ['maxPoolSize=50&sockettimeoutms=9', { maxPoolSize: 50, socketTimeoutMS: 9, connectTimeoutMS: 5_000 }],
    ['minPoolSize=20', { minPoolSize: 20, maxPoolSize: 100 }],
    ['connectTimeoutMS=7&serverSelectionTimeoutMS=8', { maxPoolSize: 10, connectTimeoutMS: 7, serverSelectionTimeoutMS: 8 }],
  ])('but pool and time-outs are those of the URI: "%s"', (query, expected) => {
    const { uri, options } = connectionOptions(`mongodb://localhost${query === '' ? '' : `/?${query}&w=1`}`)!;
    expect(new driver.MongoClient(uri, options).options).toMatchObject(expected);
  });
});

test('creates the named indexes and no other, as often as asked', async () => {
  await Promise.all([mongo.store.createIndexes(), mongo.store.createIndexes()]);
  for (const [name, wanted] of Object.entries(INDEXES)) {
    const present = await mongo.collection(name).indexes();
    const described = present.map(({ key, unique, sparse }) => ({ key, ...(unique && { unique }), ...(sparse && { sparse }) }));
    expect(described).toEqual(expect.arrayContaining([{ key: { _id: 1 } }, ...wanted]));
    expect(described).toHaveLength(wanted.length + 1);
  }
});

describe('an index of the application', () => {
  const users = () => mongo.collection('users');
  const withOwn = async (key: driver.IndexSpecification, options: driver.CreateIndexesOptions, then: () => Promise<void>) => {
    const [{ name }] = (await users().indexes()).filter((index) => JSON.stringify(index.key) === JSON.stringify(key)) as unknown as [
      { name: string },
    ];
    await users().dropIndex(name);
    const own = await users().createIndex(key, options);
    try {
      await then();
    } finally {
      await users().dropIndex(own);
      await mongo.store.createIndexes();
    }
  };

  test('serves under whatever name when it has the same keys and options', async () => {
    await withOwn({ emailKey: 1 }, { name: 'app_email', unique: true, sparse: true }, async () => {
      await mongo.store.createIndexes();
      const present = (await users().indexes()).filter(({ key }) => 'emailKey' in key);
      expect(present.map(({ name }) => name)).toEqual(['app_email']);
    });
  });

  // The embedded engine takes two indexes of one name, so the refusal of MongoDB itself is given here.
  test.each([
    [86, 'userNameKey_1 has the same keys or name and other options', 'db.users.dropIndex("userNameKey_1")'],
    [11_000, 'several documents hold the same value', 'docs/integration.md'],
    [13, 'may not do that', 'readWrite'],
  ])('that keeps ours out (code %i) is told with what to do', async (code, why, cure) => {
    await withOwn({ userNameKey: 1 }, { name: 'userNameKey_1' }, async () => {
      jest.spyOn(driver.Collection.prototype, 'createIndexes').mockRejectedValueOnce(new driver.MongoServerError({ code, message: 'x' }));
      const failure = mongo.store.createIndexes();
      await expect(failure).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringContaining(why) });
      await expect(failure).rejects.toThrow(cure);
      await expect(failure).rejects.toThrow('The index {"userNameKey":1} unique sparse of users was not built');
    });
  });
});

test('building an index takes as long as it takes', async () => {
  const wire = await overhearMongo(`${mongo.uri}&socketTimeoutMS=200`, ({ createIndexes }) => (createIndexes === 'permits' ? 1_500 : 0));
  const store = await connectMongo(wire.uri);
  try {
    await mongo.collection('permits').dropIndex('holder_1');
    await store.createIndexes();
    expect((await mongo.collection('permits').indexes()).map(({ name }) => name)).toContain('holder_1');
  } finally {
    await store.close();
    await wire.stop();
  }
});
