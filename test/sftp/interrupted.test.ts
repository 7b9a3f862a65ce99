// ^C, and a client whose own disk fails: both CLOSE the part that they have sent, as if it were the whole file.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFixture, type Fixture } from './support/front-door-fixture';
import { having, openTerminal, paramiko, sftp, sshOptions } from './support/run';
import { partialIsKept, until, uploadHasArrived } from './support/until';

// 97 is prime: no block that a client sends ends with one of these lines.
const LINE = `${'1,OPSCOM,'.padEnd(96, 'x')}\n`;
const BIG = LINE.repeat(30_000);

let fixture: Fixture;
let local: string;
let file: string;
beforeEach(async () => {
  fixture = await openFixture();
  local = mkdtempSync(join(tmpdir(), 'interrupted-'));
  file = join(local, 'users.csv');
  writeFileSync(file, BIG);
});
afterEach(async () => {
  await fixture.stop();
  rmSync(local, { recursive: true });
});

const isPublished = (): boolean => existsSync(fixture.published('users.csv'));

having(
  'sftp',
  'scp',
  'python3',
)('^C at the terminal', () => {
  it('publishes nothing of what sftp had sent, says so, and "put -a" resumes in the same session', async () => {
    const { host, port } = fixture.door;
    const terminal = openTerminal('sftp', ['-l', '4000', '-P', String(port), ...sshOptions(fixture), `acme@${host}`]);
    const prompts = (count: number): Promise<void> =>
      until(`prompt ${count} is there`, () => terminal.screen().split('sftp> ').length > count);
    await prompts(1);
    terminal.type(`put ${file} users.csv\n`);
    await uploadHasArrived(fixture, 300_000);
    terminal.type('\x03');
    await prompts(2);
    expect(isPublished()).toBe(false);
    expect(terminal.screen()).toContain('The file is not complete');
    terminal.type(`put -a ${file} users.csv\n`);
    await prompts(3);
    expect(readFileSync(fixture.published('users.csv'), 'utf8') === BIG).toBe(true);
    terminal.type('bye\n');
    expect(await terminal.ended).toBe(0);
  });

  it('publishes nothing of what scp had sent', async () => {
    const { host, port } = fixture.door;
    const terminal = openTerminal('scp', ['-l', '4000', '-P', String(port), ...sshOptions(fixture), file, `acme@${host}:users.csv`]);
    await uploadHasArrived(fixture, 300_000);
    terminal.type('\x03');
    expect(await terminal.ended).not.toBe(0);
    await partialIsKept(fixture);
    expect(isPublished()).toBe(false);
    expect(await sftp(fixture, [`put -a ${file} users.csv`])).toMatchObject({ code: 0 });
    expect(readFileSync(fixture.published('users.csv'), 'utf8') === BIG).toBe(true);
  });
});

having('paramiko')('paramiko', () => {
  it('publishes nothing when reading the local file fails half-way', async () => {
    const script = [
      `class Source:`,
      `  def __init__(self): self.file = open("${file}", "rb"); self.left = 20`,
      `  def read(self, size):`,
      `    self.left -= 1`,
      `    if self.left == 0: raise OSError("Input/output error")`,
      `    return self.file.read(size)`,
      `sftp.putfo(Source(), "users.csv")`,
    ];
    const ran = await paramiko(fixture, script.join('\n'));
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('Input/output error') });
    await partialIsKept(fixture);
    expect(isPublished()).toBe(false);
  });
});
