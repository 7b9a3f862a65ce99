// Connecting: what support reads when it fails, and that indexes are exactly those we name.

import { createServer } from 'node:net';
import { connectMongo } from '../../../src/adapters/mongo/connect-mongo';
import { INDEXES } from '../../../src/adapters/mongo/indexes';
import { importIdOf } from '../../../src/domain/ids';
import { useMongo } from '../../support/use-mongo';

const mongo = useMongo();

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
    message: `MongoDB at 127.0.0.1:${port} did not answer within 5 seconds. Check that it runs, and MONGODB_URI.`,
  });
  await expect(failure).rejects.not.toHaveProperty('cause');
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

test('creates the named indexes and no other, as often as asked', async () => {
  await Promise.all([mongo.store.createIndexes(), mongo.store.createIndexes()]);
  for (const [name, wanted] of Object.entries(INDEXES)) {
    const present = await mongo.collection(name).indexes();
    const described = present.map(({ key, unique, sparse }) => ({ key, ...(unique && { unique }), ...(sparse && { sparse }) }));
    expect(described).toEqual(expect.arrayContaining([{ key: { _id: 1 } }, ...wanted]));
    expect(described).toHaveLength(wanted.length + 1);
  }
});
