// docs/clients.md is run: its commands work as written, in their order, against a real front door.

import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { receiptName, failedRecordsName, isTemporaryName } from '../../src/domain/file/folder-files';
import { PROFILES, uploadPath } from '../../src/domain/client/profiles';
import { noFolders } from '../../src/door/folder/folder-error';
import { writable } from '../../src/door/folder/virtual-path';
import { hashPassword } from '../../src/door/passwords';
import { parsePublicKey } from '../../src/door/public-key';
import { OWN_CERTIFICATE } from '../../src/ftps/certificate/open-certificate';
import { openFtpsFixture, type FtpsFixture } from '../ftps/support/ftps-fixture';
import { finished, having, type Ran } from '../sftp/support/run';

const root = path.join(__dirname, '../..');
const page = readFileSync(path.join(root, 'docs/clients.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);
const USERS = 'unique_id,login_source\n1,OPSCOM\n';
const PASSWORD = 'WX7K-Q2PM-44RD';

let fixture: FtpsFixture;
let home: string;
beforeAll(async () => {
  fixture = await openFtpsFixture();
  home = mkdtempSync(path.join(tmpdir(), 'clients-doc-'));
  writeFileSync(path.join(home, 'users.csv'), USERS);
  const account = fixture.accounts.get('acme')!;
  fixture.accounts.set('acme', { ...account, passwordHash: await hashPassword(PASSWORD), publicKeys: [] });
});
afterAll(async () => {
  await fixture.stop();
  rmSync(home, { recursive: true });
});

/** The command with the fixture's addresses and password, and its certificate trusted, as a real one would be. */
function adapted(command: string): string {
  return command
    .replaceAll('sftp.example.com', fixture.door.host)
    .replaceAll('2222', String(fixture.door.port))
    .replaceAll('2121', String(fixture.ftps.port))
    .replaceAll('PASSWORD-FROM-US', PASSWORD)
    .replace('set ftp:ssl-force true;', 'set ftp:ssl-force true; set ssl:ca-file ftps.crt;')
    .replace('--ssl-reqd', '--ssl-reqd --cacert ftps.crt');
}

function bash(command: string, ...args: readonly string[]): Promise<Ran> {
  // Behind a socket, which is what a pipe of node's is, bash may take itself for a remote one and run the machine's own start-up file.
  const stdio = ['ignore', 'pipe', 'pipe'] as const;
  return finished(spawn('bash', ['-euc', command, 'bash', ...args], { cwd: home, env: { ...process.env, HOME: home }, stdio: [...stdio] }));
}

/** What a server keeps of an upload that broke off. */
function breakOff(): void {
  const staged = path.join(fixture.staging(), 'broken-off');
  writeFileSync(staged, USERS.slice(0, 10));
  writeFileSync(`${staged}.json`, JSON.stringify({ path: '/users.csv' }));
}

/** What was published under the name, which is taken away as an import would. */
function taken(name = 'users.csv'): string | undefined {
  const file = fixture.published(name);
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return text;
}

having(
  'sftp',
  'scp',
  'lftp',
  'curl',
  'curl-ftps',
)('docs/clients.md', () => {
  it('has commands that work as written, in their order', async () => {
    const certificate = readFileSync(path.join(fixture.dataDir, 'keys', OWN_CERTIFICATE), 'utf8');
    writeFileSync(path.join(home, 'ftps.crt'), certificate.slice(certificate.indexOf('-----BEGIN CERTIFICATE')));
    let uploads = 0;
    for (const command of blocks('sh').flatMap((block) => block.trim().split('\n'))) {
      if (command.includes('put -a')) breakOff();
      const ran = await bash(adapted(command));
      expect([command, ran.code, ran.stderr.replace(/^# .*\n/gm, '')]).toEqual([command, 0, '']);
      if (command.startsWith('ssh-keygen -l')) {
        for (const fingerprint of fixture.door.fingerprints) expect(ran.stdout).toContain(fingerprint.split(' ')[1]);
      }
      if (command.startsWith('ssh-keygen -q')) {
        const publicKeys = [parsePublicKey(readFileSync(path.join(home, 'imports_key.pub'), 'utf8'))];
        fixture.accounts.set('acme', { ...fixture.accounts.get('acme')!, publicKeys });
      }
      if (!command.includes('users.csv')) continue;
      uploads += 1;
      expect([command, taken()]).toEqual([command, USERS]);
    }
    expect(uploads).toBe(7);
  });

  it('has a script for cron that is silent and ends with 0 when the file has arrived, and only then', async () => {
    const [script] = blocks('bash');
    writeFileSync(path.join(home, 'upload-users'), adapted(script!), { mode: 0o755 });
    expect(await bash('./upload-users "$1"', 'users.csv')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(taken()).toBe(USERS);
    expect(await bash('cp users.csv "of today.csv"; cd /; "$1" "$2"', `${home}/upload-users`, `${home}/of today.csv`)).toMatchObject({
      code: 0,
    });
    expect(taken()).toBe(USERS);

    expect(await bash('./upload-users missing.csv')).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing was uploaded') });
    // A server with another key, and one that lets nobody in.
    copyFileSync(path.join(home, 'imports_known_hosts'), path.join(home, 'right'));
    const wrong = readFileSync(path.join(home, 'right'), 'utf8').replace(/(AAAA\S{60})\S{4}/g, '$1AAAA');
    writeFileSync(path.join(home, 'imports_known_hosts'), wrong);
    const refused = await bash('./upload-users users.csv');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('Host key verification failed') });
    copyFileSync(path.join(home, 'right'), path.join(home, 'imports_known_hosts'));
    fixture.accounts.set('acme', { ...fixture.accounts.get('acme')!, enabled: false });
    expect(await bash('./upload-users users.csv')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was not uploaded. Run this again'),
    });
    expect(taken()).toBeUndefined();
  });
});

it('names files that are there, and the names and messages that the product has', () => {
  const links = [...page.matchAll(/\]\(([\w.-]+\.md)/g)].map(([, link]) => link!);
  expect(links.length).toBeGreaterThan(1);
  expect(links.filter((link) => !existsSync(path.join(root, 'docs', link)))).toEqual([]);
  const anchors = [...page.matchAll(/\]\(#([\w-]+)\)/g)].map(([, anchor]) => anchor!);
  const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
  expect(anchors.filter((anchor) => !headings.includes(anchor))).toEqual([]);

  const [, temporary] = /^\| it stays, under (.*?) \|/m.exec(page)!;
  const examples = [...temporary!.matchAll(/`(?:name)?([^`]+)`/g)].map(([, form]) =>
    form!.startsWith('.') && form !== '.name' ? `a${form}` : form!,
  );
  expect(examples).toHaveLength(8);
  expect(examples.filter((name) => !isTemporaryName(name))).toEqual([]);

  const { layout } = PROFILES.opscom;
  const said = [receiptName('users.csv'), failedRecordsName('users.csv'), noFolders(layout).message, uploadPath(PROFILES.agylia.layout)!];
  for (const text of said) expect(page).toContain(text);
  expect(() => writable(layout, ['.bak', 'users.csv'])).toThrow(/^Permission denied: .bak holds processed files and is read-only$/);

  const code = ['src/door', 'src/door/folder', 'src/sftp/session', 'src/sftp/ssh'].map(textOf).join('\n');
  const table = page.slice(page.indexOf('## Messages'), page.indexOf('## Agylia'));
  const messages = [...table.matchAll(/^\| `([^`]+)`/gm)].flatMap(([, message]) => message!.split('…').map((part) => part.trim()));
  const ours = messages.filter((message) => message !== '' && message !== 'bytes' && !message.startsWith('Permission denied'));
  expect(ours.length).toBeGreaterThan(5);
  expect(ours.filter((message) => !code.includes(message) && message !== noFolders(layout).message)).toEqual([]);
});

function textOf(folder: string): string {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.map((name) => readFileSync(path.join(root, folder, name), 'utf8')).join('\n');
}
