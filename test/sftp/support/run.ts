// Runs the upload programs that clients use, against the fixture's front door.

import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { PASSWORD, type Fixture } from './front-door-fixture';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function run(command: string, args: readonly string[], input = ''): Promise<Ran> {
  return finished(spawn(command, args), input);
}

export function finished(child: ChildProcess, input = ''): Promise<Ran> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (stderr += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

export function sshOptions({ keyFile, knownHosts }: Fixture): string[] {
  const settings = [
    'IdentitiesOnly=yes',
    'StrictHostKeyChecking=no',
    `UserKnownHostsFile=${knownHosts}`,
    'LogLevel=ERROR',
    'BatchMode=yes',
  ];
  return ['-F', 'none', '-i', keyFile, ...settings.flatMap((setting) => ['-o', setting])];
}

/** One batch of the OpenSSH client; ends at the first command that fails. */
export function sftp(fixture: Fixture, commands: readonly string[], user = 'acme'): Promise<Ran> {
  const { host, port } = fixture.door;
  return run('sftp', ['-b', '-', '-P', String(port), ...sshOptions(fixture), `${user}@${host}`], commands.join('\n') + '\n');
}

export interface Terminal {
  /** All that it has shown. */
  screen(): string;
  /** As a person would; `\x03` is ^C. */
  type(text: string): void;
  /** Of the program's exit code. */
  readonly ended: Promise<number | null>;
}

/** Runs the program behind a terminal of its own, Python's `pty`. */
export function openTerminal(command: string, args: readonly string[]): Terminal {
  const terminal = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';
  const child = spawn('python3', ['-c', terminal, command, ...args]);
  let screen = '';
  child.stdout.on('data', (data: Buffer) => (screen += data.toString()));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { screen: () => screen, type: (text) => void child.stdin.write(text), ended };
}

export function scp(fixture: Fixture, args: readonly string[]): Promise<Ran> {
  return run('scp', ['-P', String(fixture.door.port), ...sshOptions(fixture), ...args]);
}

export function curl(fixture: Fixture, args: readonly string[], path: string): Promise<Ran> {
  const { host, port } = fixture.door;
  return run('curl', ['-sS', '--insecure', '--user', `acme:${PASSWORD}`, ...args, `sftp://${host}:${port}${path}`]);
}

export function lftp(fixture: Fixture, commands: string): Promise<Ran> {
  const { host, port } = fixture.door;
  const connect = `ssh -a -x -F none -o StrictHostKeyChecking=no -o UserKnownHostsFile=${fixture.knownHosts} -o LogLevel=ERROR`;
  const settings = `set sftp:connect-program "${connect}"; set net:max-retries 1; set cmd:fail-exit yes;`;
  return run('lftp', ['-c', `${settings} open -u acme,"${PASSWORD}" sftp://${host}:${port}; ${commands}`]);
}

export function paramiko(fixture: Fixture, script: string): Promise<Ran> {
  const { host, port } = fixture.door;
  const login = [
    'import paramiko, sys',
    `transport = paramiko.Transport(("${host}", ${port}))`,
    `transport.connect(username="acme", password="${PASSWORD}")`,
    'sftp = paramiko.SFTPClient.from_transport(transport)',
  ];
  return run('python3', ['-c', [...login, script, 'transport.close()'].join('\n')]);
}

/** `curl` is one that speaks SFTP, `curl-ftps` one that speaks FTPS. */
export type Program =
  'sftp' | 'scp' | 'ssh-keygen' | 'curl' | 'curl-ftps' | 'lftp' | 'paramiko' | 'python3' | 'script' | 'bash' | 'zsh' | 'fish';

/**
 * `describe` for tests that drive a program of this machine. Where it is missing they are counted as skipped, loudly; on the build server
 * that is a failure.
 */
export function having(...programs: readonly Program[]): jest.Describe {
  return areThere(programs) ? describe : describe.skip;
}

/** The same for a single test. */
export function itHaving(...programs: readonly Program[]): jest.It {
  return areThere(programs) ? it : it.skip;
}

function areThere(programs: readonly Program[]): boolean {
  const missing = programs.filter((program) => !present(program));
  if (missing.length === 0) return true;
  const message = `${missing.join(', ')} not installed: what it does is NOT tested on this machine.`;
  if (process.env['CI'] === 'true') throw new Error(message);
  console.warn(message);
  return false;
}

function present(program: Program): boolean {
  try {
    if (program === 'paramiko') execFileSync('python3', ['-c', 'import paramiko'], { stdio: 'ignore' });
    else if (program === 'curl') return curlSpeaks('sftp');
    else if (program === 'curl-ftps') return curlSpeaks('ftps');
    else execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function curlSpeaks(protocol: string): boolean {
  return execFileSync('curl', ['-V'], { encoding: 'utf8' }).split(/\s+/).includes(protocol);
}
