// OpenSSH's own server as the peer of a measurement: on loopback, as the user who runs it, with a configuration and host key of its own.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { pickPort, waitForPort } from '../src/embedded/pick-port';

export interface OpenSshServer {
  readonly version: string;
  readonly user: string;
  readonly port: number;
  stop(): Promise<void>;
}

export async function startOpenSshServer(dir: string, publicKeyFile: string): Promise<OpenSshServer> {
  const program = findSshd();
  if (userInfo().uid === 0) {
    throw new Error('The bench starts an sshd of its own, which is for ordinary users: run it as one, not as root.');
  }
  mkdirSync(dir, { recursive: true });
  const [hostKey, config] = [path.join(dir, 'host_key'), path.join(dir, 'sshd_config')];
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const port = await pickPort(0);
  const settings = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${publicKeyFile}`,
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'StrictModes no',
    'PidFile none',
    'MaxStartups 200',
    // The same code as the program `sftp-server`, and without the login shell in between.
    'Subsystem sftp internal-sftp',
  ];
  writeFileSync(config, `${settings.join('\n')}\n`);
  const child = spawn(program, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const gone = new AbortController();
  child.once('exit', (code) => gone.abort(new Error(`sshd ended with ${code}: ${said}`)));
  await waitForPort(port, gone.signal);
  return {
    version: /OpenSSH_\S+/.exec(versionOf(program))?.[0].replace(/,$/, '') ?? 'OpenSSH',
    user: userInfo().username,
    port,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function findSshd(): string {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin', '/usr/local/sbin'];
  const program = folders.map((folder) => path.join(folder, 'sshd')).find((file) => existsSync(file));
  if (program !== undefined) return program;
  throw new Error('OpenSSH has no server on this machine. Install it: apt-get install openssh-server (it need not run as a service).');
}

/** Older ones take `-V` for a mistake, and say it all the same. */
function versionOf(program: string): string {
  const { stdout, stderr } = spawnSync(program, ['-V'], { encoding: 'utf8' });
  return stdout + stderr;
}
