// Whoever meets an error learns what was wrong and what to do next, whatever was typed and whatever is broken.

import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import type { Command } from 'commander';
import { SETTINGS } from '../../src/cli/clients/parse-setting';
import { buildProgram } from '../../src/cli/program';
import type * as Errors from '../../src/errors';
import { ImportsError, type ErrorCode } from '../../src/errors';
import { errorPaths, TYPED, worldOf, type ErrorPath } from './error-walk';
import { realPaths } from './real-error-walk';
import { aWorld, depsOf, importsWith } from './fake-deps';

const EXITS: Readonly<Record<ErrorCode, 1 | 2 | 3>> = {
  WRONG_USE: 2,
  CONFIG: 2,
  NOT_FOUND: 1,
  NOT_NOW: 1,
  FILE_VANISHED: 1,
  MAIL_REJECTED: 1,
  INVARIANT: 1,
  UNREACHABLE: 3,
};
/** A command, an option, a setting, a file or a verb that asks for something; or the words are somebody else's, put together there. */
const TELLS =
  /imports \w|--\w|[A-Z]{3,}_[A-Z]+|\.env\.example|run\/|\b(Ask|Check|Choose|Correct|Free|Give|Put|Restore|See|Send|Set|Start|Stop|Take|Write)\b|is tried again|\$\{(advice|INSTEAD|instead)\}/;
const HOW_TO_ADD = 'add it to test/cli/error-walk.ts, with what its message must say';

/** `imports/retry.ts:72` of each error of ours that was made while the walk went on. */
const mockSeen = new Set<string>();
jest.mock('../../src/errors', () => {
  const note = () => {
    const [, place] = /src\/cli\/([\w/-]+\.ts:\d+)/.exec(new Error().stack ?? '') ?? [];
    if (place !== undefined) mockSeen.add(place);
  };
  const noting: ProxyHandler<never> = {
    construct(target, args) {
      note();
      return Reflect.construct(target, args);
    },
    apply(target, self, args) {
      note();
      return Reflect.apply(target, self, args);
    },
  };
  const real = jest.requireActual<typeof Errors>('../../src/errors');
  return Object.fromEntries(Object.entries(real).map(([name, make]) => [name, new Proxy(make as never, noting)]));
});
/** As its class, or by the name of its kind. */
const MAKES_ONE = /\b(?:new ImportsError|notFound|notNow|wrongUse|unreachable|misconfigured)\(/;

const folder = mkdtempSync(path.join(tmpdir(), 'imports-walk-'));
afterAll(() => rmSync(folder, { recursive: true }));
const paths = errorPaths(folder);

describe('tells what was wrong and what to do next, as text and as JSON:', () => {
  test.each(paths.map((one) => [`${one.args.join(' ')} (${one.says})`.replaceAll(folder, '…'), one] as const))('%s', async (_, one) => {
    await walk(one);
  });
});

describe('tells the same of what is really there:', () => {
  test.each(realPaths(folder).map((one) => [`${one.args.join(' ')} (${one.says})`.replaceAll(folder, '…'), one] as const))(
    '%s',
    async (_, one) => {
      await walk(one);
    },
  );
});

describe('says what a setting takes that got something else:', () => {
  test.each(SETTINGS.map(({ key }) => key))('%s', async (key) => {
    const nonsense = '?'.repeat(300);
    await walk({
      args: ['client', 'set', 'acme', `${key}=${nonsense}`],
      exit: 2,
      code: 'WRONG_USE',
      says: 'Nothing was changed',
      next: `${key} must be `,
    });
  });
});

const commands = commandsOf();

describe.each(commands)('imports %s', (name) => {
  const typed = TYPED[name];
  const args = typed === undefined ? [] : [...name.split(' '), ...typed.args.split(' ').filter((word) => word !== '')];

  test('is in the walk', () => {
    if (typed === undefined) throw new Error(`imports ${name} is new here: say in TYPED of test/cli/error-walk.ts what it is typed as`);
    const isIts = (one: ErrorPath) => name.split(' ').every((word, at) => one.args[at] === word);
    // A command that names nothing and asks for nothing can only be misspelt or lose its services.
    if (typed.args !== '' && typed.serves !== 'nothing' && !paths.some(isIts))
      throw new Error(`imports ${name} ends in no error of the walk: ${HOW_TO_ADD}`);
  });

  test('with an option that it does not have names its page of help', async () => {
    const says = "unknown option '--nonsense'";
    await walk({ args: [...args, '--nonsense'], exit: 2, code: 'WRONG_USE', says, next: `How it is used: imports ${name} --help` });
  });

  if (typed?.serves === 'nothing') return;
  test('without its services ends with exit code 3 and says which one, and what to start', async () => {
    const message = 'No MongoDB is known. Start everything with: imports up';
    const world = { ...typed?.world, down: { open: new ImportsError('UNREACHABLE', message) } };
    await walk({ args, world, exit: 3, code: 'UNREACHABLE', says: 'No MongoDB is known', next: 'imports up' });
  });
});

test('a check that never answers is told like any other', async () => {
  jest.useFakeTimers();
  try {
    const world = aWorld({ checks: [{ name: 'Mail', run: () => new Promise<never>(() => {}) }] });
    const ran = importsWith({}, world, 'doctor');
    await jest.advanceTimersByTimeAsync(60_000);
    expect((await ran).out).toMatch(/No answer within 30 seconds\s+-> Look again: imports doctor/);
  } finally {
    jest.useRealTimers();
  }
});

// Last: it looks at what the walk has seen.
test('every error that a command can throw was met', () => {
  const source = path.join(__dirname, '../../src/cli');
  const thrown = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      readFileSync(path.join(source, name), 'utf8')
        .split('\n')
        .flatMap((line, at) => (MAKES_ONE.test(line) ? [`${name}:${at + 1}`] : [])),
    );
  expect(thrown.length).toBeGreaterThan(30);
  const missed = thrown
    .filter((place) => !mockSeen.has(place))
    .map((place) => `src/cli/${place} throws what no test has met: ${HOW_TO_ADD}`);
  expect(missed).toEqual([]);
});

test('what lies below the commands says what to do, too, wherever it throws', () => {
  const root = path.join(__dirname, '../..');
  const sources = ['src', 'activities']
    .flatMap((top) => readdirSync(path.join(root, top), { recursive: true, encoding: 'utf8' }).map((name) => path.join(top, name)))
    .filter((name) => name.endsWith('.ts') && !name.startsWith(path.join('src', 'cli')));
  const thrown = sources.flatMap((place) =>
    [
      ...readFileSync(path.join(root, place), 'utf8').matchAll(
        /\b(?:new ImportsError\(\s*'(\w+)',|(?:notFound|notNow|wrongUse|unreachable|misconfigured)\((?!\)))(.*?);\n/gs,
      ),
    ].map(([, code = '', rest = '']) => ({
      place,
      code,
      message: rest.replaceAll('\\n', ' '),
    })),
  );
  expect(thrown.length).toBeGreaterThan(40);
  const silent = thrown.filter(({ code, message }) => code !== 'INVARIANT' && !TELLS.test(message));
  expect(silent.map(({ place, message }) => `${place} does not say what to do (a command, a setting, a file):${message}`)).toEqual([]);
});

test('every error code has its exit code and is in the walk', () => {
  const seen = new Set(paths.map(({ code }) => code));
  expect(
    Object.keys(EXITS)
      .filter((code) => !seen.has(code as ErrorCode))
      .map((code) => `${code}: ${HOW_TO_ADD}`),
  ).toEqual([]);
  for (const { code, exit } of paths) if (code !== 'UNEXPECTED') expect([code, exit]).toEqual([code, EXITS[code]]);
});

async function walk(one: ErrorPath): Promise<void> {
  const { args, deps = {}, only } = one;
  if (only !== 'json') {
    const { code, out, err } = await importsWith(deps, worldOf(one), ...args);
    expect({ code, err }).toEqual({ code: one.exit, err: expect.stringMatching(/^error: /) });
    if (one.answers !== true) expect(out).toBe('');
    expectGood(err, one);
  }
  if (only === 'text') return;

  const { code, out, err } = await importsWith(deps, worldOf(one), '--json', ...args.filter((word) => word !== '--json'));
  expect(code).toBe(one.exit);
  if (out !== '') expect([one.answers, typeof JSON.parse(out)]).toEqual([true, 'object']);
  // One line, so that a script can tell it from what Node may say.
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  const { error } = JSON.parse(err) as { readonly error: { readonly code: string; readonly message: string } };
  expect(error.code).toBe(one.code);
  expectGood(error.message, one);
}

function expectGood(message: string, { says, next }: ErrorPath): void {
  expect(message).toContain(says);
  expect(message).toContain(next);
  expect(message).not.toMatch(/^\s+at .*[:(]\d+/m);
  expect(message).not.toContain('ann@acme.example');
}

/** `client add`, `list`, …: every command that does something. */
function commandsOf(): readonly string[] {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  const under = (command: Command, names: readonly string[]): readonly string[] =>
    command.commands
      .filter((child) => child.name() !== 'help')
      .flatMap((child) =>
        child.commands.some((grandchild) => grandchild.name() !== 'help')
          ? under(child, [...names, child.name()])
          : [[...names, child.name()].join(' ')],
      );
  return under(buildProgram(depsOf(aWorld(), nothing, nothing)), []);
}
