// The table of client programs in docs/clients.md: each row is a program that does here, through the real doors, all that clients do.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FTPS_PROGRAMS, SFTP_PROGRAMS, type ClientProgram } from '../sftp/support/client-programs';
import { PASSWORD } from '../sftp/support/front-door-fixture';
import { finished } from '../sftp/support/run';
import { until } from '../sftp/support/until';
import { openFtpsFixture, type FtpsFixture } from './support/ftps-fixture';

const OLD = 'unique_id,login_source\n' + '000123,OPSCOM\n'.repeat(30_000);
// Of another size: rclone sends no file that looks the same.
const NEW = `${OLD}000456,OPSCOM\n`;

let fixture: FtpsFixture;
beforeAll(async () => {
  fixture = await openFtpsFixture();
});
afterEach(() => {
  for (const path of [join(fixture.dataDir, 'local'), fixture.published('users.csv'), fixture.published('renamed.csv')])
    rmSync(path, { recursive: true, force: true });
});
afterAll(() => fixture.stop());

/** `it` where the program is installed; else it is skipped, loudly, and on the build server that is a failure. */
function having({ name, isThere }: ClientProgram): jest.It {
  try {
    execFileSync('bash', ['-c', isThere], { stdio: 'ignore' });
    return it;
  } catch {
    if (process.env['CI'] === 'true') throw new Error(`${name} is not installed.`);
    console.warn(`${name} is not installed: what it sends is NOT tested on this machine.`);
    return it.skip;
  }
}

describe.each([
  ['SFTP', SFTP_PROGRAMS],
  ['FTPS', FTPS_PROGRAMS],
] as const)('%s', (protocol, programs) => {
  for (const program of programs) {
    having(program)(`${program.name} uploads, replaces, renames, lists, downloads, deletes and uploads again`, async () => {
      const local = join(fixture.dataDir, 'local');
      mkdirSync(join(local, 'empty'), { recursive: true });
      for (const [name, text] of [
        ['old', OLD],
        ['new', NEW],
      ] as const)
        writeFileSync(join(local, name), text);
      const { host, port } = protocol === 'SFTP' ? fixture.door : fixture.ftps;
      const [command, ...args] = program.runs;
      const environment = {
        HOST: host,
        PORT: String(port),
        ACCOUNT: 'acme',
        PASSWORD,
        KEY: fixture.keyFile,
        HOST_KEY: /^ssh-ed25519 (\S+)/m.exec(fixture.door.fingerprints.join('\n'))?.[1],
        OLD: join(local, 'old'),
        NEW: join(local, 'new'),
        BACK: join(local, 'back'),
        EMPTY: join(local, 'empty'),
      };
      const ran = await finished(spawn(command, [...args, program.script], { env: { ...process.env, ...environment } }));
      expect({ code: ran.code, said: ran.code === 0 ? '' : ran.stderr }).toEqual({ code: 0, said: '' });
      for (const name of ['users.csv', 'renamed.csv']) expect(ran.stdout).toContain(name);
      await until('the last upload is published', () => existsSync(fixture.published('users.csv')));
      const [there, renamed, back] = [fixture.published('users.csv'), fixture.published('renamed.csv'), environment.BACK];
      const holds = (file: string): string | undefined => ({ [OLD]: 'old', [NEW]: 'new' })[readFileSync(file, 'utf8')];
      expect([there, renamed, back].map(holds)).toEqual(['old', 'new', 'new']);
    });
  }
});

it('the table of docs/clients.md names these programs and no others', () => {
  const page = readFileSync(join(__dirname, '../../docs/clients.md'), 'utf8');
  const table = /^\| program \|.*\n\| --.*\n((?:\|.*\n)+)/m.exec(page)?.[1] ?? '';
  const rows = table
    .trimEnd()
    .split('\n')
    .map((row) =>
      row
        .split('|')
        .slice(1, 4)
        .map((cell) => cell.trim()),
    );
  const has = (programs: readonly ClientProgram[], name: string): string =>
    programs.some((program) => program.name === name) ? 'yes' : '';
  const names = [...new Set([...SFTP_PROGRAMS, ...FTPS_PROGRAMS].map(({ name }) => name))];
  expect(rows).toEqual(names.map((name) => [name, has(SFTP_PROGRAMS, name), has(FTPS_PROGRAMS, name)]));
});
