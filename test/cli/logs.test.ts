import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '../../src/adapters/log/log';
import { aWorld, imports } from './fake-deps';

let dataDir: string;

beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'imports-logs-'));
  mkdirSync(path.join(dataDir, 'run'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const AT = new Date('2026-11-20T18:00:00Z').getTime();

/** What our own log writes, each line a second after the one before. */
function written(name: string, from: number, say: (log: ReturnType<typeof createLog>) => void): void {
  const lines: string[] = [];
  say(createLog({ process: name, level: 'info', destination: { write: (line) => void lines.push(line) } }));
  const dated = lines.map((line, i) => line.replace(/"time":"[^"]*"/, `"time":"${new Date(AT + (from + 2 * i) * 1000).toISOString()}"`));
  writeFileSync(path.join(dataDir, 'run', `${name}.log`), dated.join(''));
}

function writtenByAll(): void {
  written('worker', 0, (log) => {
    log.info('file claimed', { clientId: 'acme', importId: 'acme-1', bytes: 397 });
    log.info('file claimed', { clientId: 'acme', importId: 'acme-12', bytes: 518 });
    log.warn('step failed', { workflowId: 'import/acme-1', error: new RangeError('ann@acme.example') });
  });
  written('sftp', 1, (log) => {
    log.info('Login', { account: 'acme-hr' });
    log.error('acme-1 in the middle', {});
  });
  writeFileSync(path.join(dataDir, 'run', 'temporal.log'), 'not ours: acme-1\n');
}

test('the log is told for people: the lines of all processes in the order of time, in the time of the reader', async () => {
  writtenByAll();
  const { code, out } = await imports(aWorld({ dataDir }), 'logs');
  expect(code).toBe(0);
  const withoutError = out.slice(0, out.indexOf('    error: {'));
  expect(withoutError.split('\n')).toEqual([
    '2026-11-20 13:00:00 INFO: worker: file claimed {"clientId":"acme","importId":"acme-1","bytes":397}',
    '2026-11-20 13:00:01 INFO: sftp: Login {"account":"acme-hr"}',
    '2026-11-20 13:00:02 INFO: worker: file claimed {"clientId":"acme","importId":"acme-12","bytes":518}',
    '2026-11-20 13:00:03 ERROR: sftp: acme-1 in the middle',
    '2026-11-20 13:00:04 WARN: worker: step failed {"workflowId":"import/acme-1"}',
    '',
  ]);
  expect(out).toContain('"name": "RangeError"');
});

test('of an import only the lines that name it are told, and not those of another that begins like it', async () => {
  writtenByAll();
  const { out } = await imports(aWorld({ dataDir }), 'logs', 'acme-1', '--json');
  const lines = JSON.parse(out) as readonly { readonly msg: string }[];
  expect(lines.map(({ msg }) => msg)).toEqual(['file claimed', 'acme-1 in the middle', 'step failed']);
  expect((await imports(aWorld({ dataDir }), 'logs', 'acme-7')).out).toBe('No line about acme-7 in the log.\n');
});

test('of an import the deliveries of its events are told, too, and a log may come through standard input', async () => {
  const stdin = `{"level":"warn","time":"2026-11-20T18:00:00.000Z","workflowId":"webhook/acme-1_failed_1/client","msg":"step failed"}\n`;
  const { out } = await imports(aWorld({ dataDir, stdin }), 'logs', 'acme-1', '--from', '-');
  expect(out).toContain('step failed');
});

test('the newest lines of any log can be asked for, also since a time', async () => {
  writtenByAll();
  const messages = async (...args: string[]) =>
    [...(await imports(aWorld({ dataDir }), 'logs', ...args)).out.matchAll(/: (\w+: [\w -]+)/g)].map((match) => match[1]?.trim());
  const sftp = path.join(dataDir, 'run', 'sftp.log');
  expect(await messages('--limit', '2')).toEqual(['sftp: acme-1 in the middle', 'worker: step failed']);
  expect(await messages('--from', sftp)).toEqual(['sftp: Login', 'sftp: acme-1 in the middle']);
  expect(await messages('--since', '2026-11-20T18:00:03Z')).toEqual(['sftp: acme-1 in the middle', 'worker: step failed']);
});

test('on a terminal a long line goes on below, between its words or members', async () => {
  const counts = { created: 12_000, updated: 5_000, unchanged: 1_234_567, rejected: 99 };
  written('worker', 0, (log) => log.info('file backed up', { clientId: 'acme', importId: 'acme-1', ...counts }));
  const { out } = await imports(aWorld({ dataDir, columns: 80 }), 'logs');
  expect(out).toBe(`2026-11-20 13:00:00 INFO: worker: file backed up {"clientId":"acme",
    "importId":"acme-1", "created":12000, "updated":5000, "unchanged":1234567,
    "rejected":99}
`);
  const whole = (await imports(aWorld({ dataDir }), 'logs')).out;
  expect(whole.split('\n')).toHaveLength(2);
  expect(whole).toContain('{"clientId":"acme","importId":"acme-1","created":12000,');
});

test('warnings and errors are painted on a terminal with colours, and nothing in the log steers it', async () => {
  writtenByAll();
  written('up', 9, (log) => log.info('\u{1b}[2J and \u{1b}[32mgreen\u{1b}[39m', {}));
  const { out } = await imports(aWorld({ dataDir, hasColours: true }), 'logs');
  expect(out).toContain('\u{1b}[31mERROR\u{1b}[39m: sftp');
  expect(out).toContain('\u{1b}[33mWARN\u{1b}[39m: worker');
  expect(out).toContain('up: ');
  expect(out).not.toContain('\u{1b}[2J');
  expect(out).not.toContain('\u{1b}[32m');
});
