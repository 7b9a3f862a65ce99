// Runs the programs that clients upload with over FTPS, against the fixture.

import { run, type Ran } from '../../sftp/support/run';
import { PASSWORD } from '../../sftp/support/front-door-fixture';
import type { FtpsFixture } from './ftps-fixture';

export function curl({ ftps }: FtpsFixture, args: readonly string[], path = '/'): Promise<Ran> {
  return run('curl', curlArgs({ ftps }, args, path));
}

export function curlArgs({ ftps }: Pick<FtpsFixture, 'ftps'>, args: readonly string[], path: string): string[] {
  return ['-sS', '--ssl-reqd', '--insecure', '--user', `acme:${PASSWORD}`, ...args, `ftp://${ftps.host}:${ftps.port}${path}`];
}

export const LFTP_SETTINGS = [
  'ftp:ssl-force yes',
  'ftp:ssl-protect-data yes',
  'ssl:verify-certificate no',
  'net:max-retries 1',
  'net:timeout 20',
  'cmd:fail-exit yes',
];

export function lftpArgs({ ftps }: FtpsFixture, commands: string): string[] {
  const settings = LFTP_SETTINGS.map((setting) => `set ${setting};`).join(' ');
  return ['-c', `${settings} open -u acme,"${PASSWORD}" ftp://${ftps.host}:${ftps.port}; ${commands}`];
}

export function lftp(fixture: FtpsFixture, commands: string): Promise<Ran> {
  return run('lftp', lftpArgs(fixture, commands));
}

/** `ftp` is logged in and protected. */
export function ftplib({ ftps }: FtpsFixture, script: string): Promise<Ran> {
  const login = [
    'import ftplib, io, ssl, sys',
    'context = ssl._create_unverified_context()',
    'def connect():',
    '    ftp = ftplib.FTP_TLS(context=context)',
    `    ftp.connect("${ftps.host}", ${ftps.port}, timeout=20)`,
    `    ftp.login("acme", "${PASSWORD}")`,
    '    ftp.prot_p()',
    '    return ftp',
    'ftp = connect()',
  ];
  return run('python3', ['-c', [...login, script].join('\n')]);
}
