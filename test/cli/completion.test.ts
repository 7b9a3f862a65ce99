// Completion as people meet it: their own shell, a few letters and the tab key.

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { itHaving } from '../sftp/support/run';
import { aWorld, imports } from './fake-deps';

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'imports-completion-'));
  writeFileSync(path.join(dir, 'users-of-acme.csv'), '');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What is typed, and the command that comes of it. */
const TYPED = [
  ['imports cli\tsho\tacme', 'client show acme'],
  ['imports list --sta\tfai\thel\t--out\timported-w\t', 'list --state failed held --outcome imported-with-failures'],
  ['imports --color ne\tdoc\t', '--color never doctor'],
  ['imports --color=ne\tdoc\t', '--color=never doctor'],
  ['imports completion fi\t', 'completion fish'],
  [
    'imports client set acme repo\talw\tholdAbove.arch\t7 reactivate\tfa\t',
    'client set acme report=always holdAbove.archives=7 reactivateOnActive=false',
  ],
  ['imports check acme users-\t', 'check acme users-of-acme.csv'],
] as const;

async function scriptFor(shell: string): Promise<string> {
  const { code, out } = await imports(aWorld(), 'completion', shell);
  expect(code).toBe(0);
  const file = path.join(dir, `completion.${shell}`);
  writeFileSync(file, out);
  return file;
}

/** Runs a shell at a terminal of its own. What is typed ahead waits there until the shell reads it. */
function typedInto(shell: string, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], HOME: dir, TERM: 'xterm' };
    const child = execFile('script', ['-qc', shell, '/dev/null'], { cwd: dir, env, timeout: 120_000 }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error),
    );
    child.stdin?.write(`${lines.join('\n')}\nexit\n`);
  });
}

const SHELLS = [
  ['bash', 'bash --norc -i', ['PS1=']],
  ['zsh', 'zsh -f -i', ['PS1=', 'autoload -U compinit; compinit -u -D']],
] as const;

test.each(['bash', 'zsh', 'fish'])('the script for %s offers choices of settings, and no examples', async (shell) => {
  const { out } = await imports(aWorld(), 'completion', shell);
  const words = out.match(/[\w.]+=[\w.|-]*/g);
  expect(words).toEqual(expect.arrayContaining(['encoding=utf-8', 'encoding=utf-16le', 'startOnUpload=true', 'expectFileEvery=']));
  expect(out).not.toContain('expectFileEvery=26h');
});

for (const [shell, command, start] of SHELLS) {
  itHaving(shell, 'script')(`${shell} completes commands, options, their values and files`, async () => {
    const script = await scriptFor(shell);
    const shown = await typedInto(command, [...start, `source ${script}`, 'imports() { echo "RAN $*"; }', ...TYPED.map(([keys]) => keys)]);
    expect([...shown.matchAll(/^RAN (.*?)\s*$/gm)].map((match) => match[1])).toEqual(TYPED.map(([, ran]) => ran));
  });
}

itHaving('fish')('fish completes commands, options, their values and files, and says what each is', async () => {
  const script = await scriptFor('fish');
  const offered = (typed: string) =>
    execFileSync('fish', ['--no-config', '-c', `source ${script}; complete -C '${typed}'`], { cwd: dir, encoding: 'utf8' });
  expect(offered('imports cli')).toBe('client\tcustomer organisations and their settings\n');
  expect(offered('imports client sh')).toBe('show\ta client, what it has been up to, and its settings\n');
  expect(offered('imports list --sta')).toBe('--state\tonly those in these states\n');
  expect(offered('imports list --state fa')).toBe('failed\tonly those in these states\n');
  expect(offered('imports client set acme report=')).toBe(
    'report=always\twhen an e-mail is sent\nreport=failures\twhen an e-mail is sent\n',
  );
  expect(offered('imports client set acme expectF')).toMatch(/^expectFileEvery=\t.*\n$/);
  expect(offered('imports client set acme holdAbove.p')).toMatch(/^holdAbove\.percent=\t/);
  expect(offered('imports check acme users-')).toBe('users-of-acme.csv\n');
  expect(offered('imports show a')).toBe('');
});
