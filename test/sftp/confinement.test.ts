// Nothing a client can send leads out of its folder, or to anything in it that is not a file or directory.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { OPEN_FLAG, STATUS } from '../../src/sftp/codec/protocol';
import { FolderError } from '../../src/door/folder/folder-error';
import { parseVirtualPath, showVirtualPath } from '../../src/door/folder/virtual-path';
import { openFolderFixture, WRITE_NEW, type FolderFixture } from './support/folder-fixture';
import type { Peer } from './support/peer';

describe('a path', () => {
  it.each([
    ['', '/'],
    ['.', '/'],
    ['/', '/'],
    ['users.csv', '/users.csv'],
    ['//a///b/', '/a/b'],
    ['/a/./b/../c', '/a/c'],
    ['../../etc/passwd', '/etc/passwd'],
    ['/a/../../../x', '/x'],
    ['a\\..\\..\\b', '/a\\..\\..\\b'],
    ['/späte Nutzer.csv', '/späte Nutzer.csv'],
  ])('%j means %s', (sent, meant) => {
    expect(showVirtualPath(parseVirtualPath(Buffer.from(sent)))).toBe(meant);
  });

  it.each([
    ['a NUL', Buffer.from('a\0b'), 'control characters'],
    ['a newline', Buffer.from('a\nb'), 'control characters'],
    ['an escape sequence', Buffer.from('a\u001b[31mb'), 'control characters'],
    ['bytes that are no UTF-8', Buffer.from([0x61, 0xff]), 'UTF-8'],
    ['a name of 256 bytes', Buffer.from('ä'.repeat(128)), 'Name is too long'],
    ['4097 bytes', Buffer.from('a/'.repeat(2049)), 'Path is too long'],
    ['33 directories', Buffer.from('a/'.repeat(33)), 'Path is too deep'],
  ])('is refused with %s', (_what, sent, message) => {
    expect(() => parseVirtualPath(sent)).toThrow(message);
  });

  it('never holds a step upwards, whatever is sent', () => {
    const part = fc.oneof(fc.constantFrom('..', '.', '', '/', '//', '../..', '\\'), fc.string({ maxLength: 8 }));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        try {
          for (const name of parseVirtualPath(Buffer.from(parts.join('/')))) {
            expect(['', '.', '..']).not.toContain(name);
            expect(name).not.toContain('/');
          }
        } catch (error) {
          if (!(error instanceof FolderError)) throw error;
        }
      }),
    );
  });
});

describe('in the folder', () => {
  let fixture: FolderFixture;
  let peer: Peer;
  beforeEach(async () => {
    fixture = await openFolderFixture();
    peer = fixture.connect();
    mkdirSync(join(fixture.dataDir, 'outside'));
    writeFileSync(join(fixture.dataDir, 'outside', 'secret.csv'), 'secret');
    symlinkSync(join(fixture.dataDir, 'outside'), join(fixture.root, 'directory'));
    symlinkSync(join(fixture.dataDir, 'outside', 'secret.csv'), join(fixture.root, 'file.csv'));
    symlinkSync('../../outside', join(fixture.root, 'relative'));
    execFileSync('mkfifo', [join(fixture.root, 'pipe.csv')]);
  });
  afterEach(async () => {
    await peer.end();
    await fixture.remove();
  });

  it('shows neither links nor pipes', async () => {
    expect(await peer.names('/')).toEqual([]);
  });

  it.each(['/directory/secret.csv', '/relative/secret.csv', '/file.csv', '/pipe.csv'])('finds nothing under %s', async (path) => {
    expect(await peer.size(path)).toBeUndefined();
    expect(await peer.status({ kind: 'open', path: Buffer.from(path), flags: OPEN_FLAG.read, attributes: {} })).toBe(STATUS.noSuchFile);
  });

  it('removes and lists nothing through a link, and puts nothing there', async () => {
    const inside = Buffer.from('/mine.csv');
    const through = Buffer.from('/directory/new.csv');
    const handle = await peer.open('/mine.csv', WRITE_NEW);
    await peer.status({ kind: 'close', handle });
    const put = [
      await peer.status({ kind: 'open', path: through, flags: WRITE_NEW, attributes: {} }),
      await peer.status({ kind: 'mkdir', path: through, attributes: {} }),
      // What is there is as if it were not.
      await peer.status({ kind: 'mkdir', path: Buffer.from('/directory/secret.csv'), attributes: {} }),
      await peer.status({ kind: 'posix-rename', from: inside, to: through }),
    ];
    expect(new Set(put)).toEqual(new Set([STATUS.permissionDenied]));
    const answers = [
      await peer.status({ kind: 'remove', path: Buffer.from('/directory/secret.csv') }),
      await peer.status({ kind: 'opendir', path: Buffer.from('/directory') }),
      await peer.status({ kind: 'rmdir', path: Buffer.from('/directory') }),
    ];
    expect(new Set(answers)).toEqual(new Set([STATUS.noSuchFile]));
    expect(readdirSync(join(fixture.dataDir, 'outside'))).toEqual(['secret.csv']);
  });

  it('lets nobody remove, rename or replace the root', async () => {
    const root = Buffer.from('/');
    const answers = [
      await peer.status({ kind: 'rmdir', path: root }),
      await peer.status({ kind: 'remove', path: root }),
      await peer.status({ kind: 'rename', from: root, to: Buffer.from('/a') }),
      await peer.status({ kind: 'posix-rename', from: Buffer.from('/a'), to: root }),
      await peer.status({ kind: 'open', path: root, flags: WRITE_NEW, attributes: {} }),
    ];
    expect(new Set(answers)).toEqual(new Set([STATUS.permissionDenied]));
  });
});
