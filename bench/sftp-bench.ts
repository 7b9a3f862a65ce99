// The front door against OpenSSH's own server, with OpenSSH's own client, in the same run on the same disk: they take turns, and who
// begins changes from round to round. Ours puts every file safely on disk before it says so; OpenSSH only when the client asks (`put -f`).
//
//   npm run bench:sftp                 200 MB, 500 files of 2 KB, 50 sessions at once; five rounds
//   npm run bench:sftp -- --rounds 9

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startOpenSshServer } from './openssh-server';
import { numberOption, option, rounded, runBench } from './start-product';

const MB = 1_000_000;
const LARGE_MB = 200;
const SMALL_FILES = 500;
const SMALL_BYTES = 2_000;
const SESSIONS = 50;
const SESSION_BYTES = 200_000;

interface Side {
  readonly port: number;
  readonly user: string;
  /** Where the client's `path` lies on this machine. */
  readonly folder: string;
  /** The same folder, as the client names it. */
  readonly path: string;
}

interface Case {
  readonly name: string;
  /** Of each session, all at once. */
  readonly sessions: readonly ((side: Side) => string)[];
  /** Files that have to be there beforehand. */
  readonly before?: (side: Side) => void;
}

interface Row {
  readonly case: string;
  readonly oursSeconds: number;
  readonly opensshSeconds: number;
  /** OpenSSH's time by ours: above 1, ours is faster. */
  readonly ratio: number;
  readonly spread: string;
}

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

/** Lines of a file such as clients send, so many bytes of them. */
function lines(bytes: number): Buffer {
  const line = Buffer.from('000123,OPSCOM,Ana,Lopez,alopez,ana.lopez@example.edu,Ottawa,ON,K1A 0B1,1\n');
  const text = Buffer.alloc(bytes, line);
  text[bytes - 1] = 0x0a;
  return text;
}

function casesIn(dir: string): readonly Case[] {
  const [large, small, session] = [path.join(dir, 'large.csv'), path.join(dir, 'small'), path.join(dir, 'session.csv')];
  writeFileSync(large, lines(LARGE_MB * MB));
  mkdirSync(small);
  for (let n = 0; n < SMALL_FILES; n++) writeFileSync(path.join(small, `${n}.csv`), lines(SMALL_BYTES));
  writeFileSync(session, lines(SESSION_BYTES));
  const smallFiles = (put: string): Case['sessions'] => [(side) => `${put} ${small}/*.csv ${side.path}`];
  return [
    { name: `${LARGE_MB} MB up`, sessions: [(side) => `put ${large} ${side.path}large.csv`] },
    {
      name: `${LARGE_MB} MB down`,
      before: (side) => execFileSync('cp', [large, path.join(side.folder, 'large.csv')]),
      sessions: [(side) => `get ${side.path}large.csv ${path.join(dir, 'back.csv')}`],
    },
    { name: `${SMALL_FILES} files of 2 KB`, sessions: smallFiles('put') },
    { name: `${SMALL_FILES} files of 2 KB, put -f`, sessions: smallFiles('put -f') },
    {
      name: `${SESSIONS} sessions at once, 200 KB each`,
      sessions: Array.from({ length: SESSIONS }, (_, n) => (side: Side) => `put ${session} ${side.path}${n}.csv`),
    },
  ];
}

/** Seconds until the last session has ended. */
async function timed(one: Case, side: Side, sshOptions: readonly string[]): Promise<number> {
  for (const name of readdirSync(side.folder)) rmSync(path.join(side.folder, name), { recursive: true });
  one.before?.(side);
  execFileSync('sync');
  const started = performance.now();
  await Promise.all(one.sessions.map((commands) => sftp(side, commands(side), sshOptions)));
  return (performance.now() - started) / 1000;
}

async function sftp(side: Side, commands: string, sshOptions: readonly string[]): Promise<void> {
  const child = spawn('sftp', ['-q', '-b', '-', '-P', String(side.port), ...sshOptions, `${side.user}@127.0.0.1`]);
  let said = '';
  child.stderr.on('data', (data: Buffer) => (said += data.toString()));
  child.stdout.resume();
  child.stdin.end(`${commands}\n`);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`sftp ended with ${code}: ${said}`);
}

async function startFrontDoor(dataDir: string, publicKeyFile: string): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [path.join(__dirname, 'front-door.js'), dataDir, publicKeyFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [first] = (await Promise.race([once(child.stdout, 'data'), ended])) as [unknown];
  if (!Buffer.isBuffer(first)) throw new Error(`the front door ended with ${String(first)}`);
  return {
    port: Number(first.toString()),
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

runBench(async (dir) => {
  const rounds = numberOption('rounds', 5);
  const keyFile = path.join(dir, 'key');
  const stops: (() => Promise<void>)[] = [];
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
    const openssh = await startOpenSshServer(path.join(dir, 'openssh'), `${keyFile}.pub`);
    stops.push(() => openssh.stop());
    const door = await startFrontDoor(path.join(dir, 'data'), `${keyFile}.pub`);
    stops.push(() => door.stop());
    const settings = ['IdentitiesOnly=yes', 'StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'];
    const sshOptions = ['-F', 'none', '-i', keyFile, ...settings.flatMap((setting) => ['-o', setting])];
    const theirFolder = path.join(dir, 'openssh/folder');
    mkdirSync(theirFolder);
    const ours: Side = { port: door.port, user: 'acme', folder: path.join(dir, 'data/clients/acme'), path: '/' };
    const theirs: Side = { port: openssh.port, user: openssh.user, folder: theirFolder, path: `${theirFolder}/` };
    await sftp(ours, 'pwd', sshOptions);
    const rows: Row[] = [];
    for (const one of casesIn(dir)) rows.push(await compare({ one, ours, theirs, rounds, sshOptions }));
    console.log(`${openssh.version}, node ${process.versions.node}, median of ${rounds} rounds`);
    console.table(rows);
    console.log(JSON.stringify(rows));
    const out = option('out');
    if (out !== undefined) writeFileSync(out, `${JSON.stringify(rows, null, 2)}\n`);
    // Nobody should measure a server that gives back something else.
    const [sent, back] = ['large.csv', 'back.csv'].map((name) => readFileSync(path.join(dir, name)));
    if (!sent!.equals(back!)) throw new Error('What came back is not what was sent.');
  } finally {
    for (const stop of stops) await stop();
  }
});

async function compare(run: {
  readonly one: Case;
  readonly ours: Side;
  readonly theirs: Side;
  readonly rounds: number;
  readonly sshOptions: readonly string[];
}): Promise<Row> {
  const { one, ours, theirs, rounds, sshOptions } = run;
  const seconds = new Map<Side, number[]>([
    [ours, []],
    [theirs, []],
  ]);
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const side of round % 2 === 0 ? [ours, theirs] : [theirs, ours]) {
      const spent = await timed(one, side, sshOptions);
      if (round > 0) seconds.get(side)!.push(spent);
    }
  }
  const [mine, other] = [seconds.get(ours)!, seconds.get(theirs)!];
  const ratios = mine.map((spent, at) => other[at]! / spent).toSorted((a, b) => a - b);
  return {
    case: one.name,
    oursSeconds: rounded(median(mine)),
    opensshSeconds: rounded(median(other)),
    ratio: rounded(median(ratios)),
    spread: `${rounded(ratios[0]!)} to ${rounded(ratios.at(-1)!)}`,
  };
}
