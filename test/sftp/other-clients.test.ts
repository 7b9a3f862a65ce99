// What curl, lftp, paramiko and ssh2-sftp-client do, against the real front door.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SftpClient from 'ssh2-sftp-client';
import { openFixture, PASSWORD, type Fixture } from './support/front-door-fixture';
import { curl, finished, having, lftp, paramiko } from './support/run';
import { partialIsKept, until, uploadHasArrived } from './support/until';

const CSV = 'unique_id,login_source\n1,OPSCOM\n';
const NO_FOLDERS = 'Folders are not supported here: upload files into the top folder';
const BIG = Array.from({ length: 300_000 }, (_, n) => `line ${n}\n`).join('');

let fixture: Fixture;
let local: string;
beforeEach(async () => {
  fixture = await openFixture();
  local = mkdtempSync(join(tmpdir(), 'clients-'));
});
afterEach(async () => {
  await fixture.stop();
  rmSync(local, { recursive: true });
});

const published = (name: string): string => readFileSync(fixture.published(name), 'utf8');
const isPublished = (name: string): boolean => existsSync(fixture.published(name));

function localFile(name: string, text = CSV): string {
  const path = join(local, name);
  writeFileSync(path, text);
  return path;
}

having('curl')('curl', () => {
  it('uploads, lists and downloads', async () => {
    expect(await curl(fixture, ['-T', localFile('users.csv', BIG)], '/users.csv')).toMatchObject({ code: 0, stderr: '' });
    expect(published('users.csv') === BIG).toBe(true);
    expect(await curl(fixture, [], '/users.csv')).toMatchObject({ code: 0, stdout: BIG });
    expect((await curl(fixture, ['-l'], '/')).stdout).toBe('users.csv\n');
  });

  it('publishes nothing when it is killed, and resumes with -C -', async () => {
    const file = localFile('users.csv', BIG);
    const { host, port } = fixture.door;
    const url = `sftp://${host}:${port}/users.csv`;
    const child = spawn('curl', ['-sS', '--insecure', '--limit-rate', '500k', '--user', `acme:${PASSWORD}`, '-T', file, url]);
    const ended = finished(child);
    await uploadHasArrived(fixture, 100_000);
    child.kill('SIGKILL');
    await ended;
    await partialIsKept(fixture);
    expect(isPublished('users.csv')).toBe(false);
    expect(await curl(fixture, ['-C', '-', '-T', file], '/users.csv')).toMatchObject({ code: 0, stderr: '' });
    expect(published('users.csv') === BIG).toBe(true);
  });

  it('uploads into the root with --ftp-create-dirs', async () => {
    expect(await curl(fixture, ['--ftp-create-dirs', '-T', localFile('users.csv')], '/users.csv')).toMatchObject({ code: 0, stderr: '' });
    expect(published('users.csv')).toBe(CSV);
  });

  it.each(['/a/users.csv', '/a/b/users.csv', '/sub/users.csv'])('says that nothing may be uploaded to %s', async (path) => {
    mkdirSync(fixture.published('sub'), { recursive: true });
    expect(await curl(fixture, ['--ftp-create-dirs', '-T', localFile('users.csv')], path)).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('Permission denied'),
    });
    expect(readdirSync(fixture.published(''), { recursive: true })).toEqual(['sub']);
  });

  it('uploads under a temporary name and renames', async () => {
    const ran = await curl(fixture, ['-T', localFile('users.csv'), '-Q', '-rename /users.csv.part /users.csv'], '/users.csv.part');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(fixture.published(''))).toEqual(['users.csv']);
  });
});

having('lftp')('lftp', () => {
  it('uploads and downloads', async () => {
    const file = localFile('users.csv', BIG);
    expect(await lftp(fixture, `put ${file} -o users.csv; get users.csv -o ${file}.back; cls -1`)).toMatchObject({
      code: 0,
      stdout: 'users.csv\n',
    });
    expect([published('users.csv') === BIG, readFileSync(`${file}.back`, 'utf8') === BIG]).toEqual([true, true]);
  });

  it('publishes nothing when it is killed, and resumes by "put -c"', async () => {
    const file = localFile('users.csv', BIG);
    const { host, port } = fixture.door;
    const connect = `ssh -a -x -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=${fixture.knownHosts}`;
    const script = `set sftp:connect-program "${connect}"; set net:limit-rate 500000; open -u acme,"${PASSWORD}" sftp://${host}:${port}; put ${file} -o users.csv`;
    const child = spawn('lftp', ['-c', script], { detached: true });
    const ended = finished(child);
    await uploadHasArrived(fixture, 100_000);
    // With its ssh, which would otherwise say goodbye for it.
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await ended;
    await partialIsKept(fixture);
    expect(isPublished('users.csv')).toBe(false);
    expect(await lftp(fixture, `put -c ${file} -o users.csv`)).toMatchObject({ code: 0 });
    expect(published('users.csv') === BIG).toBe(true);
  });

  it('uploads under a temporary name and renames, onto an older file, too', async () => {
    const settings = 'set xfer:use-temp-file yes; set xfer:temp-file-name .in.*;';
    for (const text of ['old', CSV]) {
      expect(await lftp(fixture, `${settings} put ${localFile('users.csv', text)} -o users.csv`)).toMatchObject({ code: 0 });
    }
    expect(readdirSync(fixture.published(''))).toEqual(['users.csv']);
    expect(published('users.csv')).toBe(CSV);
  });

  it('mirrors files into the root, with times and modes', async () => {
    mkdirSync(join(local, 'flat'));
    for (const name of ['a.csv', 'b.csv']) utimesSync(localFile(`flat/${name}`, BIG), 1_000_000_000, 1_000_000_000);
    expect(await lftp(fixture, `mirror -R ${join(local, 'flat')} .`)).toMatchObject({ code: 0, stderr: '' });
    expect([published('a.csv') === BIG, published('b.csv') === BIG]).toEqual([true, true]);
    expect(statSync(fixture.published('a.csv')).mtimeMs).toBe(1_000_000_000_000);
  });

  it('fails to mirror a tree, and uploads nothing of its folders', async () => {
    mkdirSync(join(local, 'tree', 'deep'), { recursive: true });
    localFile('tree/deep/b.csv');
    for (const to of ['.', 'tree']) expect(await lftp(fixture, `mirror -R ${join(local, 'tree')} ${to}`)).toMatchObject({ code: 1 });
    expect(readdirSync(fixture.published(''))).toEqual([]);
  });

  it.each(['mkdir sub', 'mkdir -p sub/deep'])('says why not to "%s"', async (command) => {
    expect(await lftp(fixture, command)).toMatchObject({ code: 1, stderr: expect.stringContaining(NO_FOLDERS) });
  });

  it('changes the mode of a file that the import has just taken away', async () => {
    const ran = await lftp(
      fixture,
      `put ${localFile('users.csv')} -o users.csv\n!rm ${fixture.published('users.csv')}\nchmod 600 users.csv`,
    );
    expect(ran).toMatchObject({ code: 0 });
  });
});

having('paramiko')('paramiko', () => {
  it('uploads and confirms the size, also when the import takes the file away at once', async () => {
    const file = localFile('users.csv', BIG);
    const take = `import os; stat = sftp.stat; sftp.stat = lambda p: (os.remove("${fixture.published('users.csv')}"), stat(p))[1]`;
    expect(await paramiko(fixture, `sftp.put("${file}", "users.csv")\nsftp.get("users.csv", "${file}.back")`)).toMatchObject({ code: 0 });
    expect(readFileSync(`${file}.back`, 'utf8') === BIG).toBe(true);
    expect(await paramiko(fixture, `${take}\nsftp.put("${file}", "users.csv")`)).toMatchObject({ code: 0, stderr: '' });
    expect(isPublished('users.csv')).toBe(false);
  });

  it('appends', async () => {
    const script = 'for text in ["one\\n", "two\\n"]:\n  f = sftp.open("users.csv", "a"); f.write(text); f.close()';
    expect(await paramiko(fixture, script)).toMatchObject({ code: 0 });
    expect(published('users.csv')).toBe('one\ntwo\n');
  });

  it('changes a file in place', async () => {
    const script = [
      'f = sftp.open("users.csv", "w"); f.write("one\\ntwo\\n"); f.close()',
      'f = sftp.open("users.csv", "r+"); first = f.readline(); f.seek(4); f.write("TWO"); f.close()',
      'print(first.strip())',
    ];
    expect(await paramiko(fixture, script.join('\n'))).toMatchObject({ code: 0, stdout: 'one\n' });
    expect(published('users.csv')).toBe('one\nTWO\n');
  });

  it('publishes nothing when its connection is cut', async () => {
    const script = 'f = sftp.open("users.csv", "w"); f.write("one\\n" * 100000); f.flush(); transport.sock.close()';
    await paramiko(fixture, script);
    await until('the session has ended', () => fixture.lines.some(({ message }) => message === 'Upload ended'));
    expect({
      published: isPublished('users.csv'),
      line: fixture.lines.findLast(({ message }) => message === 'Upload ended'),
    }).toMatchObject({
      published: false,
      line: { fields: { result: 'partial' } },
    });
  });
});

const connected = async (use: (client: SftpClient) => Promise<void>): Promise<void> => {
  const client = new SftpClient();
  const { host, port } = fixture.door;
  await client.connect({ host, port, username: 'acme', password: PASSWORD });
  await use(client);
  await client.end();
};

describe('ssh2-sftp-client', () => {
  it('puts, fast-puts in many blocks at once, appends, lists, renames, gets and deletes', async () => {
    await connected(async (client) => {
      const file = localFile('users.csv', BIG);
      await client.put(Buffer.from(CSV), '/put.csv');
      await client.fastPut(file, '/fast.csv');
      expect(published('fast.csv') === BIG).toBe(true);
      await client.append(Buffer.from('2,OPSCOM\n'), '/put.csv');
      expect(published('put.csv')).toBe(`${CSV}2,OPSCOM\n`);
      expect((await client.list('/')).map(({ name, size }) => ({ name, size }))).toEqual([
        { name: 'fast.csv', size: BIG.length },
        { name: 'put.csv', size: CSV.length + 9 },
      ]);
      await client.rename('/fast.csv', '/renamed.csv');
      await client.fastGet('/renamed.csv', `${file}.back`);
      expect(readFileSync(`${file}.back`, 'utf8') === BIG).toBe(true);
      await client.delete('/renamed.csv');
      expect((await client.list('/')).map(({ name }) => name)).toEqual(['put.csv']);
    });
  });

  it('says why not to mkdir, or to put into a directory', async () => {
    mkdirSync(fixture.published('sub'), { recursive: true });
    await connected(async (client) => {
      await expect(client.mkdir('/a', false)).rejects.toThrow(NO_FOLDERS);
      await expect(client.mkdir('/a/b', true)).rejects.toThrow(NO_FOLDERS);
      await expect(client.put(Buffer.from(CSV), '/sub/users.csv')).rejects.toThrow(NO_FOLDERS);
    });
    expect(readdirSync(fixture.published(''), { recursive: true })).toEqual(['sub']);
  });
});
