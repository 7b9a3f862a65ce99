// When the import is told that there is something to do, and what a front door does with open uploads when it is stopped.

import { existsSync, readFileSync } from 'node:fs';
import { isTemporaryName } from '../../src/domain/file/folder-files';
import { connect, openSftp } from './support/connect';
import { openFixture, type Fixture } from './support/front-door-fixture';
import { openFolderFixture, WRITE_NEW, type FolderFixture } from './support/folder-fixture';
import { encodeRequest, type Peer } from './support/peer';
import { until, uploadHasArrived } from './support/until';

const QUIET_MS = 150;

const quiet = (periods = 1): Promise<void> => new Promise((resolve) => setTimeout(resolve, periods * QUIET_MS + 60));

describe('an upload is announced', () => {
  let fixture: FolderFixture;
  let peer: Peer;
  beforeEach(async () => {
    fixture = await openFolderFixture(QUIET_MS);
    peer = fixture.connect();
  });
  afterEach(async () => {
    await peer.end();
    await fixture.remove();
  });

  async function put(name: string): Promise<void> {
    const handle = await peer.open(name, WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    await peer.status({ kind: 'close', handle });
  }

  it('once, when nothing has touched it for the quiet period', async () => {
    const started = performance.now();
    await put('/users.csv');
    expect(fixture.ready).toEqual([]);
    await until('the upload is announced', () => fixture.ready.length > 0);
    expect(performance.now() - started).toBeGreaterThan(QUIET_MS);
    await quiet(2);
    expect(fixture.ready).toEqual(['acme']);
  });

  it('later, when it is touched again', async () => {
    await put('/users.csv');
    const times = { accessed: 1, modified: 1 };
    for (let n = 0; n < 3; n++) {
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS / 2));
      await peer.status({ kind: 'setstat', path: Buffer.from('/users.csv'), attributes: { times } });
    }
    expect(fixture.ready).toEqual([]);
    await quiet();
    expect(fixture.ready).toEqual(['acme']);
  });

  it('not under a temporary name, but when it gets its real one', async () => {
    await put('/users.csv.filepart');
    await quiet();
    expect(fixture.ready).toEqual([]);
    await peer.status({ kind: 'rename', from: Buffer.from('/users.csv.filepart'), to: Buffer.from('/users.csv') });
    await quiet();
    expect(fixture.ready).toEqual(['acme']);
  });

  it('not when it was removed or hidden again', async () => {
    await put('/users.csv');
    await peer.status({ kind: 'remove', path: Buffer.from('/users.csv') });
    await put('/other.csv');
    await peer.status({ kind: 'rename', from: Buffer.from('/other.csv'), to: Buffer.from('/.other.csv') });
    await quiet();
    expect(fixture.ready).toEqual([]);
  });

  it('not when it was broken off', async () => {
    const handle = await peer.open('/users.csv', WRITE_NEW);
    await peer.write(handle, 0, 'abc');
    await peer.drop();
    await quiet();
    expect(fixture.ready).toEqual([]);
    peer = fixture.connect();
  });

  it('together with the others of a burst', async () => {
    for (let n = 0; n < 30; n++) await put(`/${n}.csv`);
    await quiet(5);
    expect(fixture.ready.length).toBeGreaterThan(0);
    expect(fixture.ready.length).toBeLessThan(10);
  });
});

it.each(['a.csv.part', 'a.PARTIAL', 'a.filepart', 'a.tmp', 'a.crdownload', 'a.uploading', '.a.csv', '~a.csv'])(
  '%s is a temporary name',
  async (name) => {
    expect([isTemporaryName(name), isTemporaryName('users.csv'), isTemporaryName('part'), isTemporaryName('a.tmp.csv')]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  },
);

it('logs an announcement that failed, and goes on', async () => {
  let calls = 0;
  const noTemporal = new Error('no Temporal');
  const onReady = async (): Promise<void> => {
    calls += 1;
    throw noTemporal;
  };
  const fixture = await openFixture({ quietMs: 20, onReady });
  const client = await connect(fixture);
  for (const round of [1, 2]) {
    await new Promise<void>((resolve, reject) =>
      client.sftp((error, sftp) =>
        error ? reject(error) : sftp.writeFile('/users.csv', 'abc', (failed) => (failed ? reject(failed) : resolve())),
      ),
    );
    await until('the upload is announced', () => calls === round);
  }
  client.end();
  await fixture.stop();
  const told = fixture.lines.filter(({ message }) => message === 'Announcing a ready upload failed');
  expect(told.map(({ fields }) => fields['error'])).toEqual([noTemporal, noTemporal]);
});

const open = encodeRequest({ kind: 'open', id: 1, path: Buffer.from('/users.csv'), flags: WRITE_NEW, attributes: {} });
const write = (offset: number): Buffer =>
  encodeRequest({ kind: 'write', id: 2, handle: '1', offset: BigInt(offset), data: Buffer.from('abc') });

describe('stopping', () => {
  let fixture: Fixture;
  beforeEach(async () => {
    fixture = await openFixture();
  });

  it('lets an upload finish that is about to', async () => {
    const channel = await openSftp(await connect(fixture));
    channel.resume().write(Buffer.concat([encodeRequest({ kind: 'init', version: 3 }), open, write(0)]));
    await uploadHasArrived(fixture, 3);
    const stopped = fixture.door.stop();
    channel.write(Buffer.concat([write(3), encodeRequest({ kind: 'close', id: 3, handle: '1' })]));
    await stopped;
    expect(readFileSync(fixture.published('users.csv'), 'utf8')).toBe('abcabc');
    await fixture.stop();
  });

  it('keeps an upload that does not finish as a partial, and accepts nobody meanwhile', async () => {
    const channel = await openSftp(await connect(fixture));
    channel.resume().write(Buffer.concat([encodeRequest({ kind: 'init', version: 3 }), open, write(0)]));
    await uploadHasArrived(fixture, 3);
    const stopped = fixture.door.stop();
    await expect(connect(fixture)).rejects.toThrow('ECONNREFUSED');
    await stopped;
    expect(existsSync(fixture.published('users.csv'))).toBe(false);
    expect(fixture.lines).toContainEqual(expect.objectContaining({ fields: expect.objectContaining({ result: 'partial', bytes: 3 }) }));
    await fixture.stop();
  });

  it('is quick when nobody uploads, and may be asked for twice', async () => {
    const client = await connect(fixture);
    await openSftp(client);
    const started = performance.now();
    await fixture.door.stop();
    expect(performance.now() - started).toBeLessThan(4000);
    await fixture.stop();
  });
});
