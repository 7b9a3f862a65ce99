import { Writable } from 'node:stream';
import { CommanderError, type Command } from 'commander';
import { ImportsError, type ErrorCode } from '../../src/errors';
import { buildProgram } from '../../src/cli/program';
import { runProgram } from '../../src/cli/run-program';
import { aRun, aWorld, depsOf, imports } from './fake-deps';

const nothing = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/** Every command of the tree, as the words that call it. */
function commandsOf(): string[][] {
  const walk = (command: ReturnType<typeof buildProgram>, path: string[]): string[][] =>
    command.commands.flatMap((child) => [[...path, child.name()], ...walk(child, [...path, child.name()])]);
  return walk(buildProgram(depsOf(aWorld(), nothing(), nothing())), []).filter((path) => path.at(-1) !== 'help');
}

function commandAt(path: readonly string[]): Command {
  const program = buildProgram(depsOf(aWorld(), nothing(), nothing()));
  return path.reduce((command, name) => command.commands.find((child) => child.name() === name)!, program);
}

test('an error fits the terminal, and the command it names stays whole', async () => {
  const long = ['find', 'acme', 'nobody-of-this-name'];
  const { err } = await imports(aWorld({ errorColumns: 40 }), ...long);
  expect(err).toMatch(/^error: No user of acme matches\nnobody-of-this-name\.\n[^]*which files came:\nimports list --client acme\n$/);
  for (const line of err.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  expect((await imports(aWorld(), ...long)).err.split('\n')).toHaveLength(3);
  const listed = await imports(aWorld({ errorColumns: 60 }), 'client', 'set', 'acme', 'schedule=1s');
  expect(listed.err).toMatch(/^error: Nothing was changed:\n {2}- schedule=1s: .*\n {4}\S/);
});

describe('help', () => {
  test('lists the commands by what they are for', async () => {
    const { out, code, world } = await imports(aWorld({ columns: 80 }), '--help');
    expect(code).toBe(0);
    expect(out).toBe(`Usage: imports [options] [command]

Managed user import over SFTP: clients and their logins, imports and their
results.

Options:
  --json                 print JSON
  --color <when>         colours (choices: "auto", "always", "never", default:
                         on a terminal that has them)
  --version              print the version
  -h, --help             print help

Start:
  up                     run everything on this machine
  demo                   the whole story on sample files

Clients:
  client                 customer organisations and their settings
  account                logins of clients
  sessions [client]      who is logged in right now
  ban                    addresses that are not let in
  person                 what is kept about one person
  webhook                receivers of events

Imports:
  list                   imports, newest first
  stats                  files, records, outcomes and reasons, by client
  show <id>              state, outcome, numbers and reasons of one import
  watch [id]             follow an import until it ends, or every import
  rejected <id>          the failed records of an import, with every reason
  mail <id>              the e-mail of an import as it was sent
  retry [id...]          start imports again that failed or were cancelled
  resend-report <id>     send the e-mail of an import again
  approve <id>           let a held import go on
  decline <id>           end a held import without writing anything
  undo <id>              take back what an import did to users and permits
  find <client> <text>   users by unique id, e-mail, user name or name
  user <client> <id>     which imports touched a user, and what each changed
  users                  users that the application wrote
  scan <client>          look for files of a client now
  check <client> <file>  what an import of this file would do now; nothing is
                         written
  template <client>      a CSV file with the headers for a client

When in doubt:
  doctor                 what is reachable, and what to do about each problem
  audit                  what operators changed, when and why
  logs [id]              show the logs in readable form
  completion <shell>     a script with which a shell completes commands and
                         options
  help [command...]      print help for a command

With --json, times are ISO and errors are {"error": {"code", "message"}} on
standard error.
Exit codes: 0 done, 1 not done or not found, 2 wrong use, 3 a service cannot be
reached.
`);
    expect(world.opened).toBe(false);
  });

  test.each(commandsOf().map((path) => [path.join(' '), path] as const))(
    'of "%s" opens no service, fits 80 columns and gives an example',
    async (_, path) => {
      const { out, code, err, world } = await imports(aWorld({ columns: 80 }), ...path, '--help');
      expect({ code, err, opened: world.opened }).toEqual({ code: 0, err: '', opened: false });
      expect(out).toContain('--json');
      const tooWide = out.split('\n').filter((line) => line.length > 80);
      expect(tooWide).toEqual([]);
      if (!['client', 'account', 'account key', 'ban', 'users', 'person', 'webhook'].includes(path.join(' ')))
        expect(out).toMatch(/Examples?:\n {2}\$ .*imports /);
    },
  );

  test('lists every setting with its form and default', async () => {
    const { out } = await imports(aWorld({ columns: 80 }), 'client', 'set', '--help');
    expect(out).toContain(`  archiveOnInactive     active=0 archives the user and releases the permits
                        true|false (default: false)`);
    expect(out).toContain('BYTES|10MiB (default: 2GiB)');
  });
});

test.each([
  [['help'], ['--help']],
  [
    ['help', 'show'],
    ['show', '--help'],
  ],
  [
    ['help', 'client', 'set'],
    ['client', 'set', '--help'],
  ],
  [
    ['client', 'help', 'set'],
    ['client', 'set', '--help'],
  ],
])('%j is %j', async (help, option) => {
  const asked = await imports(aWorld(), ...help);
  expect([asked.code, asked.err]).toEqual([0, '']);
  expect(asked.out).toBe((await imports(aWorld(), ...option)).out);
});

describe('wrong use ends with exit code 2 and says what to type instead', () => {
  const cases: readonly (readonly [args: string[], err: string])[] = [
    [['lst'], `error: unknown command 'lst'\n(Did you mean list?)\nHow it is used: imports --help\n`],
    [['show'], `error: missing required argument 'id'\nHow it is used: imports show --help\n`],
    [
      ['show', 'acme-1', 'acme-2'],
      `error: too many arguments for 'show'. Expected 1 argument but got 2.\nHow it is used: imports show --help\n`,
    ],
    [['list', '--clint', 'acme'], `error: unknown option '--clint'\n(Did you mean --client?)\nHow it is used: imports list --help\n`],
    [['client', 'ad', 'x'], `error: unknown command 'ad'\n(Did you mean add?)\nHow it is used: imports client --help\n`],
    [
      ['list', '--limit', 'ten'],
      `error: option '-n, --limit <number>' argument 'ten' is invalid. It must be a whole number from 1 to 100000.\nHow it is used: imports list --help\n`,
    ],
    [['show', '../etc'], 'error: ../etc is not an import id. One is the client id, a hyphen and a number, e.g. acme-42\n'],
    [['show', 'acme'], 'error: acme is not an import id. One is the client id, a hyphen and a number, e.g. acme-42\n'],
    [
      ['scan', 'ACME'],
      'error: ACME is not a client id: 1 to 40 lower-case letters, digits and inner hyphens, e.g. acme or city-of-halifax\n',
    ],
  ];
  const unknown: readonly (readonly [args: string[], err: string])[] = [
    [['help', 'foo'], 'error: There is no command foo\nSee all with: imports help\n'],
    [['help', 'watsh'], 'error: There is no command watsh; did you mean watch?\nSee all with: imports help\n'],
    [['help', 'client', 'foo'], 'error: There is no command foo\nSee all with: imports help\n'],
    [['client', 'help', 'enabel'], 'error: There is no command enabel; did you mean enable?\nSee all with: imports help\n'],
  ];
  test.each([...cases, ...unknown])('%j', async (args, expected) => {
    const { code, out, err } = await imports(aWorld(), ...args);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expected });
  });

  test('no command at all prints help', async () => {
    const { code, out, err } = await imports(aWorld());
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^Usage: imports/);
    expect(err).not.toContain('error:');
  });

  test('a state that does not exist is refused with those that do', async () => {
    const { code, err } = await imports(aWorld(), 'list', '--state', 'claiming');
    expect(code).toBe(2);
    expect(err).toContain('Allowed choices are queued, inspecting, held,');
  });
});

describe('an option that is given twice', () => {
  const commands = commandsOf().map((path) => [path, commandAt(path)] as const);
  const options = commands.flatMap(([path, { options: all }]) => all.map((option) => [path.join(' '), option.long ?? '', option] as const));
  const valued = options.filter(([, , { required, optional }]) => required || optional);
  const gathers = ['client add --login-source', 'client add --set', 'account add --public-key', 'logs --from'];

  test.each(valued)('imports %s %s gathers both values or is refused', (command, flag, option) => {
    const value = option.argChoices?.[0] ?? '1';
    const parse = () => commandAt(command.split(' ')).parseOptions([flag, value, flag, value]);
    if (option.variadic || gathers.includes(`${command} ${flag}`)) expect(parse).not.toThrow();
    else expect(parse).toThrow(`option '${option.flags}' was given twice; give it once\nHow it is used: imports ${command} --help`);
  });

  test('is the same when it has no value', async () => {
    expect((await imports(aWorld(), 'list', '--json', '--json')).code).toBe(0);
  });
});

describe('errors', () => {
  const exits: readonly (readonly [ErrorCode, number])[] = [
    ['WRONG_USE', 2],
    ['CONFIG', 2],
    ['NOT_FOUND', 1],
    ['NOT_NOW', 1],
    ['FILE_VANISHED', 1],
    ['MAIL_REJECTED', 1],
    ['INVARIANT', 1],
    ['UNREACHABLE', 3],
  ];
  test.each(exits)('%s ends with exit code %i and its own sentence', async (code, exit) => {
    const ran = await imports(aWorld({ down: { open: new ImportsError(code, 'A sentence.') } }), 'list');
    const defect = code === 'INVARIANT' ? 'This is a bug; please report it. Find out what is wrong with: imports doctor\n' : '';
    expect([ran.code, ran.out, ran.err]).toEqual([exit, '', `error: A sentence.\n${defect}`]);
  });

  const lost: readonly (readonly [what: string, error: Error, service: string])[] = [
    ['the MongoDB driver finds no server', named('MongoServerSelectionError'), 'MongoDB'],
    ['mongoose finds no server', named('MongooseServerSelectionError'), 'MongoDB'],
    ['the connection to MongoDB breaks', named('MongoNetworkError'), 'MongoDB'],
    ['Temporal is unavailable', Object.assign(new Error('14 UNAVAILABLE'), { code: 14, metadata: {} }), 'Temporal'],
    [
      'Temporal does not answer in time',
      new Error('failed', { cause: Object.assign(new Error('4'), { code: 4, metadata: {} }) }),
      'Temporal',
    ],
    ['a port is closed', Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }), 'A service'],
  ];
  test.each(lost)('when %s: exit code 3', async (_, error, service) => {
    const ran = await imports(aWorld({ down: { stores: error } }), 'show', 'acme-1');
    expect([ran.code, ran.err]).toEqual([3, `error: ${service} cannot be reached. Find out what is wrong with: imports doctor\n`]);
  });

  test('that nobody foresaw end with exit code 1', async () => {
    const ran = await imports(aWorld({ down: { stores: new TypeError('x is not a function') } }), 'show', 'acme-1');
    expect([ran.code, ran.err]).toEqual([
      1,
      'error: The command failed with an unexpected error. TypeError: x is not a function\nFind out what is wrong with: imports doctor\n',
    ]);
  });

  test('are JSON on standard error when JSON was asked for, wherever --json stands', async () => {
    for (const args of [
      ['--json', 'show', 'acme-9'],
      ['show', '--json', 'acme-9'],
      ['show', 'acme-9', '--json'],
    ]) {
      const ran = await imports(aWorld(), ...args);
      expect([ran.code, ran.out]).toEqual([1, '']);
      expect(JSON.parse(ran.err)).toEqual({
        error: { code: 'NOT_FOUND', message: 'There is no import acme-9\nSee those of the client with: imports list --client acme' },
      });
    }
    const wrong = await imports(aWorld(), 'lst', '--json');
    expect(JSON.parse(wrong.err)).toMatchObject({ error: { code: 'WRONG_USE' } });
  });

  test('show no control characters of what was typed', async () => {
    const { err } = await imports(aWorld(), 'show', 'x\u001b[2Jy');
    expect(err).toContain(String.raw`x\u{1b}[2Jy is not an import id`);
    expect(err).not.toContain('\u001b');
  });

  test('close the services all the same', async () => {
    const { world } = await imports(aWorld(), 'show', 'acme-9');
    expect([world.opened, world.closed]).toEqual([true, true]);
  });
});

test('a reader that closes the pipe early is no error', async () => {
  const stderr = nothing();
  const told: string[] = [];
  stderr.write = (chunk: string) => told.push(chunk) > 0;
  const pipe = new Writable({
    highWaterMark: 1,
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  expect(await runProgram(depsOf(aWorld({ runs: [aRun('acme-1')] }), pipe, stderr), ['list'])).toBe(0);
  expect(told).toEqual([]);
});

test('nor is one of which we hear when the command has ended', async () => {
  const pipe = new Writable({
    write: (_chunk, _encoding, done) => void setTimeout(() => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })), 100),
  });
  const closed = new Promise((resolve) => pipe.once('close', resolve));
  expect(await runProgram(depsOf(aWorld(), pipe, nothing()), ['--version'])).toBe(0);
  expect([pipe.errored, pipe.listenerCount('error')]).toEqual([null, 1]);
  await closed;
  expect(pipe.errored).toMatchObject({ code: 'EPIPE' });
});

test('the version is printed', async () => {
  const { code, out } = await imports(aWorld(), '--version');
  expect([code, out]).toEqual([0, '1.2.3\n']);
});

test('building the program twice shares nothing', () => {
  const [one, two] = [buildProgram(depsOf(aWorld(), nothing(), nothing())), buildProgram(depsOf(aWorld(), nothing(), nothing()))];
  one.parseOptions(['--json']);
  expect(two.opts()).toEqual({ color: 'auto' });
  expect(() => two.parse(['nonsense'], { from: 'user' })).toThrow(CommanderError);
});

describe('commands that start something', () => {
  test('up and demo are handed over with their options, and open nothing here', async () => {
    const world = aWorld();
    for (const args of [['up'], ['up', '--json'], ['demo'], ['demo', '--keep', '--json']])
      expect((await imports(world, ...args)).code).toBe(0);
    expect(world.calls).toEqual(['up json=false', 'up json=true', 'demo json=false keep=false', 'demo json=true keep=true']);
    expect(world.opened).toBe(false);
  });
});

function named(name: string): Error {
  return Object.assign(new Error('whatever the driver says'), { name });
}
