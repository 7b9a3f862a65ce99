// Nothing a client can send leads out of its folder, or to anything in it that is not a file or directory.

import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, promises, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { OPEN_FLAG, STATUS } from '../../src/sftp/codec/protocol';
import { FolderError } from '../../src/door/folder/folder-error';
import { parseVirtualPath, showVirtualPath } from '../../src/door/folder/virtual-path';
import { openFolderFixture, WRITE_NEW, type FolderFixture } from './support/folder-fixture';
import type { Peer, Question } from './support/peer';

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
    ['/שלום.csv', '/שלום.csv'],
    ['/می\u200cخواهم.csv', '/می\u200cخواهم.csv'],
  ])('%j means %s', (sent, meant) => {
    expect(showVirtualPath(parseVirtualPath(Buffer.from(sent)))).toBe(meant);
  });

  it.each([
    ['a NUL', Buffer.from('a\0b'), 'control characters'],
    ['a newline', Buffer.from('a\nb'), 'control characters'],
    ['an escape sequence', Buffer.from('a\u001b[31mb'), 'control characters'],
    ['a right-to-left override', Buffer.from('users\u202evsc.exe'), 'invisible characters'],
    ['a mark of direction', Buffer.from('\u200fusers.csv'), 'invisible characters'],
    ['an isolate', Buffer.from('\u2067users.csv\u2069'), 'invisible characters'],
    ['a space of no width', Buffer.from('us\u200bers.csv'), 'invisible characters'],
    ['a byte order mark', Buffer.from('\ufeffusers.csv'), 'invisible characters'],
    ['a line separator', Buffer.from('a\u2028b'), 'invisible characters'],
    ['a cut character', Buffer.from('ä').subarray(0, 1), 'UTF-8'],
    ['an overlong slash', Buffer.from([0x2e, 0x2e, 0xc0, 0xaf, 0x61]), 'UTF-8'],
    ['half a surrogate pair', Buffer.from([0xed, 0xa0, 0x80]), 'UTF-8'],
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

  const outside = (): string[] =>
    readdirSync(join(fixture.dataDir, 'outside')).map((name) => `${name}: ${readFileSync(join(fixture.dataDir, 'outside', name), 'utf8')}`);

  it('puts a file in the place of a link, not where the link leads', async () => {
    const handle = await peer.open('/file.csv', WRITE_NEW);
    await peer.write(handle, 0, 'mine');
    expect(await peer.status({ kind: 'close', handle })).toBe(STATUS.ok);
    expect(lstatSync(join(fixture.root, 'file.csv')).isFile()).toBe(true);
    expect(outside()).toEqual(['secret.csv: secret']);
  });

  describe('when a directory becomes a link between the walk to it and the last step', () => {
    const path = Buffer.from('/swapped/secret.csv');
    const swap = (): void => {
      const at = join(fixture.root, 'swapped');
      if (lstatSync(at).isSymbolicLink()) return;
      renameSync(at, join(fixture.root, 'away'));
      symlinkSync(join(fixture.dataDir, 'outside'), at);
    };
    /** Right before the last step, which names the file. */
    const plant = (step: 'open' | 'lstat' | 'unlink' | 'rename'): void => {
      const original = promises[step] as (...args: unknown[]) => Promise<unknown>;
      jest.spyOn(promises, step).mockImplementation(((...args: unknown[]) => {
        if (String(args[0]).endsWith('/secret.csv')) swap();
        return original(...args);
      }) as never);
    };
    beforeEach(() => {
      mkdirSync(join(fixture.root, 'swapped'));
      writeFileSync(join(fixture.root, 'swapped', 'secret.csv'), 'inside');
    });
    afterEach(() => {
      jest.restoreAllMocks();
      expect(lstatSync(join(fixture.root, 'swapped')).isSymbolicLink()).toBe(true);
      expect(outside()).toEqual(['secret.csv: secret']);
    });

    it('reads the file that was meant', async () => {
      plant('open');
      const handle = await peer.open('/swapped/secret.csv', OPEN_FLAG.read);
      expect(await peer.ask({ kind: 'read', handle, offset: 0n, length: 100 })).toMatchObject({ data: Buffer.from('inside') });
    });

    it('removes the file that was meant', async () => {
      plant('unlink');
      expect(await peer.status({ kind: 'remove', path })).toBe(STATUS.ok);
      expect(readdirSync(join(fixture.root, 'away'))).toEqual([]);
    });

    it('renames the file that was meant', async () => {
      plant('rename');
      expect(await peer.status({ kind: 'rename', from: path, to: Buffer.from('/taken.csv') })).toBe(STATUS.ok);
      expect(readFileSync(join(fixture.root, 'taken.csv'), 'utf8')).toBe('inside');
    });

    it('tells the size of the file that was meant', async () => {
      writeFileSync(join(fixture.root, 'swapped', 'secret.csv'), 'longer than the secret');
      plant('lstat');
      expect(await peer.size('/swapped/secret.csv')).toBe(22);
    });
  });

  it('touches nothing outside, whatever is asked for under whatever name', async () => {
    const names = [
      '..',
      '.',
      '',
      'directory',
      'relative',
      'file.csv',
      'secret.csv',
      'outside',
      'pipe.csv',
      '.bak',
      '~',
      'a\\b',
      '\0',
      'x'.repeat(255),
      'x'.repeat(256),
    ];
    const segment = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...names).map((name) => Buffer.from(name)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).map((text) => Buffer.from(text)) },
    );
    const path = fc.array(segment, { maxLength: 8 }).map((parts) => Buffer.concat(parts.flatMap((part) => [Buffer.from('/'), part])));
    const changes = { size: 0n, times: { accessed: 1, modified: 1 } };
    const question = fc.oneof(
      fc.record({ kind: fc.constantFrom('stat', 'lstat', 'opendir', 'remove', 'rmdir', 'realpath', 'statvfs'), path }),
      fc.record({ kind: fc.constantFrom('setstat', 'mkdir'), path, attributes: fc.constant(changes) }),
      fc.record({ kind: fc.constantFrom('rename', 'posix-rename'), from: path, to: path }),
      fc.record({ kind: fc.constant('open'), path, flags: fc.nat(0x3f), attributes: fc.constant({}) }),
    ) as fc.Arbitrary<Question>;
    await fc.assert(
      fc.asyncProperty(fc.array(question, { minLength: 1, maxLength: 12 }), async (questions) => {
        for (const asked of questions) {
          const reply = await peer.ask(asked);
          if (reply.kind !== 'handle') continue;
          const { handle } = reply;
          const read = await peer.ask({ kind: 'read', handle, offset: 0n, length: 100 });
          if (read.kind === 'data') expect(read.data.toString()).not.toContain('secret');
          const listed = await peer.ask({ kind: 'readdir', handle });
          // A client may have a file of that name itself: never one of as many bytes, because it writes five at a time.
          if (listed.kind === 'names')
            expect(listed.names.map(({ name, attributes }) => `${name}: ${attributes.size}`)).not.toContain('secret.csv: 6');
          await peer.ask({ kind: 'write', handle, offset: 0n, data: Buffer.from('mine\n') });
          await peer.ask({ kind: 'close', handle });
        }
        expect(outside()).toEqual(['secret.csv: secret']);
        expect(readdirSync(fixture.dataDir).toSorted()).toEqual(['clients', 'outside', 'uploads']);
        expect(readdirSync(join(fixture.dataDir, 'clients'))).toEqual(['acme']);
      }),
      { numRuns: 200 },
    );
    // What went wrong, went wrong for a reason that the client could be told.
    expect(fixture.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
