// What OpenSSH's sftp, scp and ssh do, against the real front door.

import { spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFixture, type Fixture } from './support/front-door-fixture';
import { finished, having, run, scp, sftp, sshOptions } from './support/run';
import { partialIsKept, uploadHasArrived } from './support/until';

const CSV = 'unique_id,login_source\n1,OPSCOM\n';
const BIG = 'x'.repeat(3_000_000);

let fixture: Fixture;
let local: string;
beforeEach(async () => {
  fixture = await openFixture();
  local = mkdtempSync(join(tmpdir(), 'openssh-'));
});
afterEach(async () => {
  await fixture.stop();
  rmSync(local, { recursive: true });
});

const published = (name: string): string => readFileSync(fixture.published(name), 'utf8');

function localFile(name: string, text = CSV): string {
  const path = join(local, name);
  writeFileSync(path, text);
  return path;
}

/** Starts an upload slowly, and ends the client the hard way when its first bytes have arrived. */
async function breakOff(file: string, name: string): Promise<void> {
  const { host, port } = fixture.door;
  const child = spawn('sftp', ['-b', '-', '-l', '4000', '-P', String(port), ...sshOptions(fixture), `acme@${host}`]);
  const ended = finished(child, `put ${file} ${name}\n`);
  await uploadHasArrived(fixture, 200_000);
  child.kill('SIGKILL');
  await ended;
  await partialIsKept(fixture);
}

having('sftp')('sftp', () => {
  it('sees an empty directory at first login', async () => {
    const ran = await sftp(fixture, ['ls -la', 'pwd']);
    expect(ran).toEqual({ code: 0, stdout: 'sftp> ls -la\nsftp> pwd\nRemote working directory: /\n', stderr: '' });
  });

  it('puts, lists, gets, renames and removes a file', async () => {
    const file = localFile('users.csv');
    const ran = await sftp(fixture, [
      `put ${file} users.csv`,
      'ls -1',
      'ls -la',
      `get users.csv ${file}.back`,
      'rename users.csv other.csv',
      'ls -1',
      'rm other.csv',
      'ls -1',
    ]);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/-rw-r----- +1 1000 +1000 +32 \w{3} +\d+ \d\d:\d\d users\.csv/);
    expect(ran.stdout.split('\n').filter((line) => !line.startsWith('sftp>') && !line.includes(' '))).toEqual([
      'users.csv',
      'other.csv',
      '',
    ]);
    expect(readFileSync(`${file}.back`, 'utf8')).toBe(CSV);
    expect(readdirSync(fixture.staging())).toEqual([]);
  });

  it.each(['put', 'put -p', 'put -f'])('publishes the same bytes by "%s"', async (put) => {
    const file = localFile('users.csv', BIG);
    utimesSync(file, 1_000_000_000, 1_000_000_000);
    expect(await sftp(fixture, [`${put} ${file} users.csv`])).toMatchObject({ code: 0, stderr: '' });
    expect(published('users.csv') === BIG).toBe(true);
    if (put === 'put -p') expect(statSync(fixture.published('users.csv')).mtimeMs).toBe(1_000_000_000_000);
  });

  it('overwrites a longer file', async () => {
    expect(await sftp(fixture, [`put ${localFile('a', BIG)} users.csv`, `put ${localFile('b', CSV)} users.csv`])).toMatchObject({
      code: 0,
    });
    expect(published('users.csv')).toBe(CSV);
  });

  it('changes modes, and asks for free space', async () => {
    const ran = await sftp(fixture, [`put ${localFile('users.csv')} users.csv`, 'chmod 600 users.csv', 'df']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/Avail/);
  });

  it('makes no directory, and puts and renames nothing into one', async () => {
    mkdirSync(fixture.published('sub'), { recursive: true });
    const file = localFile('users.csv');
    expect(await sftp(fixture, [`put ${file} users.csv`])).toMatchObject({ code: 0 });
    for (const command of ['mkdir new', `put ${file} sub/users.csv`, 'rename users.csv sub/users.csv']) {
      expect(await sftp(fixture, [command])).toMatchObject({ code: 1, stderr: expect.stringContaining('Permission denied') });
    }
    expect([existsSync(fixture.published('users.csv')), readdirSync(fixture.published('sub'))]).toEqual([true, []]);
    expect(readdirSync(fixture.published(''))).toHaveLength(2);
  });

  it('lists and removes a directory that is there', async () => {
    mkdirSync(fixture.published('sub'), { recursive: true });
    expect(await sftp(fixture, ['cd sub', 'ls -la', 'cd ..', 'rmdir sub'])).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(fixture.published('sub'))).toBe(false);
  });

  it('is told that links are not to be had', async () => {
    const ran = await sftp(fixture, ['ln -s /etc/passwd passwd']);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('Operation unsupported') });
  });

  it('publishes nothing when it is killed in the middle, and resumes by "put -a"', async () => {
    const file = localFile('users.csv', BIG);
    await breakOff(file, 'users.csv');
    expect(existsSync(fixture.published('users.csv'))).toBe(false);
    const partial = (await sftp(fixture, ['ls -l'])).stdout;
    expect(partial).toMatch(/users\.csv/);
    expect(await sftp(fixture, [`put -a ${file} users.csv`])).toMatchObject({ code: 0 });
    expect(published('users.csv') === BIG).toBe(true);
    expect(readdirSync(fixture.staging())).toEqual([]);
  });

  it('resumes after the front door was started again', async () => {
    const file = localFile('users.csv', BIG);
    await breakOff(file, 'users.csv');
    await fixture.restart();
    expect(await sftp(fixture, [`put -a ${file} users.csv`])).toMatchObject({ code: 0 });
    expect(published('users.csv') === BIG).toBe(true);
  });

  it('finds the same host key after the front door was started again', async () => {
    const before = fixture.door.fingerprints;
    await fixture.restart();
    expect(fixture.door.fingerprints).toEqual(before);
    expect(before.map((fingerprint) => fingerprint.split(' ')[0])).toEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa']);
  });

  it('gets in under a new host key when it was given that beforehand, and else refuses it', async () => {
    const key = join(fixture.dataDir, 'keys/ssh_host_ed25519_key');
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(local, 'new')]);
    const old = `imports ${(await run('ssh-keygen', ['-y', '-f', key])).stdout}`;
    const both = localFile('both', `${old}imports ${readFileSync(join(local, 'new.pub'), 'utf8')}`);
    const only = localFile('only', old);
    const connect = (known: string) => {
      const options = ['StrictHostKeyChecking=yes', 'HostKeyAlias=imports', `UserKnownHostsFile=${known}`].flatMap((one) => ['-o', one]);
      const { host, port } = fixture.door;
      return run('sftp', [...options, '-b', '-', '-P', String(port), ...sshOptions(fixture), `acme@${host}`], 'ls\n');
    };
    const [ed25519, ...others] = fixture.door.fingerprints;
    expect([(await connect(both)).code, (await connect(only)).code]).toEqual([0, 0]);
    copyFileSync(join(local, 'new'), key);
    await fixture.restart();
    expect(fixture.door.fingerprints.slice(1)).toEqual(others);
    expect(fixture.door.fingerprints[0]).not.toBe(ed25519);
    expect((await connect(both)).code).toBe(0);
    expect(await connect(only)).toMatchObject({ code: 255, stderr: expect.stringContaining('REMOTE HOST IDENTIFICATION HAS CHANGED') });
  });

  it('sees its own client only', async () => {
    await sftp(fixture, [`put ${localFile('users.csv')} users.csv`]);
    expect((await sftp(fixture, ['ls -la', 'ls -la ..', 'ls -la /../acme'], 'globex')).stdout).not.toContain('users.csv');
  });
});

const target = (path = ''): string => `acme@${fixture.door.host}:${path}`;

having('scp')('scp', () => {
  it.each([[''], ['-p']])('uploads with %s, again over a longer file, and downloads', async (option) => {
    const options = option === '' ? [] : [option];
    const [big, small] = [localFile('big', BIG), localFile('small', CSV)];
    expect(await scp(fixture, [...options, big, target('users.csv')])).toMatchObject({ code: 0, stderr: '' });
    expect(published('users.csv') === BIG).toBe(true);
    expect(await scp(fixture, [...options, small, target('users.csv')])).toMatchObject({ code: 0, stderr: '' });
    expect(published('users.csv')).toBe(CSV);
    expect(await scp(fixture, [target('users.csv'), `${small}.back`])).toMatchObject({ code: 0 });
    expect(readFileSync(`${small}.back`, 'utf8')).toBe(CSV);
  });

  it.each(['', 'new', 'there', 'there/new'])('fails with -r to "%s" and leaves nothing behind', async (path) => {
    mkdirSync(fixture.published('there/tree'), { recursive: true });
    mkdirSync(join(local, 'tree', 'deep'), { recursive: true });
    for (const name of ['a.csv', 'deep/b.csv']) localFile(`tree/${name}`);
    expect(await scp(fixture, ['-r', join(local, 'tree'), target(path)])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Folders are not supported here: upload files into the top folder$/m),
    });
    const left = ['', 'there', 'there/tree'].map((name) => readdirSync(fixture.published(name)));
    expect([...left, readdirSync(fixture.staging())]).toEqual([['there'], ['tree'], [], []]);
  });

  it('says that a file may not go into a directory', async () => {
    mkdirSync(fixture.published('sub'), { recursive: true });
    expect(await scp(fixture, [localFile('users.csv'), target('sub/')])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Folders are not supported here: upload files into the top folder$/m),
    });
    expect(readdirSync(fixture.published('sub'))).toEqual([]);
  });

  it('gets the same bytes through, ten times over', async () => {
    const text = 'y'.repeat(400_000);
    const file = localFile('users.csv', text);
    for (let n = 0; n < 10; n++) {
      expect(await scp(fixture, [file, target(`${n}.csv`)])).toMatchObject({ code: 0 });
      expect(published(`${n}.csv`) === text).toBe(true);
    }
  });

  it('is told what to do instead when it speaks the old protocol', async () => {
    expect(await scp(fixture, ['-O', localFile('users.csv'), target('users.csv')])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('This service is SFTP only; use scp without -O'),
    });
  });
});

having('sftp')('ssh', () => {
  it('is refused a shell with a sentence', async () => {
    const { host, port } = fixture.door;
    const ran = await run('ssh', ['-p', String(port), ...sshOptions(fixture), '-tt', `acme@${host}`]);
    expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('This service is SFTP only') });
  });
});
