// Every way in which a command can refuse or fail: what was typed, in which world, and what the message must say. error-paths.test.ts walks
// them all, and fails where a command, an error code or a `throw` of src/cli has no entry here.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CliDeps } from '../../src/cli/deps';
import { NO_COUNTS } from '../../src/domain/import-run';
import { parsePublicKey } from '../../src/door/public-key';
import { ImportsError, type ErrorCode } from '../../src/errors';
import { aClient, anAccount, anUndo, aRun, aWorld, importId, type World } from './fake-deps';

export interface ErrorPath {
  /** As typed behind `imports`. */
  readonly args: readonly string[];
  readonly world?: Partial<World>;
  readonly deps?: Partial<CliDeps>;
  readonly exit: 1 | 2 | 3;
  readonly code: ErrorCode | 'UNEXPECTED';
  /** What was wrong. */
  readonly says: string;
  /** What to type or look at next. */
  readonly next: string;
  /** It prints an answer as well: a dry run that found something, an import that ended badly. */
  readonly answers?: true;
  /** It cannot be asked for as JSON, or as nothing else. */
  readonly only?: 'text' | 'json';
}

type Rest = Pick<ErrorPath, 'world' | 'deps' | 'answers' | 'only'>;
const entry =
  (exit: 1 | 2 | 3, code: ErrorPath['code']) =>
  (typed: string | readonly string[], says: string, next: string, rest: Rest = {}): ErrorPath => ({
    args: typeof typed === 'string' ? typed.split(' ') : typed,
    exit,
    code,
    says,
    next,
    ...rest,
  });
const wrongUse = entry(2, 'WRONG_USE');
const notFound = entry(1, 'NOT_FOUND');
const notNow = entry(1, 'NOT_NOW');
const unreachable = entry(3, 'UNREACHABLE');

const temporalIsDown: Rest = {
  world: { down: { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached. Start everything with: imports up') } },
};
const run = (change: Parameters<typeof aRun>[1] = {}): Rest => ({ world: { runs: [aRun('acme-1', change)] } });
const busy = { state: 'applying', outcome: null, finishedAt: null } as const;
const held = { archives: 60, permits: 1, activeUsers: 100, emailChanges: 0, userNameChanges: 0, since: new Date(0), until: new Date(0) };
const decided = { verdict: 'decline', by: 'kim', reason: 'wrong file', at: new Date(0) } as const;

const hooked = { settings: { ...aClient('acme').settings, webhookUrl: 'https://hooks.acme.example/imports' } };
const webhooks = (change: Partial<World['webhooks']>): Rest => ({
  world: { clients: [aClient('acme', hooked)], webhooks: { ...aWorld().webhooks, ...change } },
});

/** What each command is typed as when it can do its work: with it, services are taken away and options misspelt. */
export const TYPED: Readonly<Record<string, { readonly args: string; readonly world?: Partial<World>; readonly serves?: 'nothing' }>> = {
  up: { args: '', serves: 'nothing' },
  demo: { args: '', serves: 'nothing' },
  'client add': { args: 'new --failed-import-email it@new.example --reply-to-admin-email p@city.example' },
  'client set': { args: 'acme report=always' },
  'client list': { args: '' },
  'client show': { args: 'acme' },
  'client disable': { args: 'acme' },
  'client enable': { args: 'acme' },
  'client pause': { args: 'acme --reason x' },
  'client resume': { args: 'acme --reason x' },
  'account add': { args: 'acme hr --generate-password' },
  'account list': { args: '' },
  'account passwd': { args: 'acme-hr --generate-password' },
  'account disable': { args: 'acme-hr' },
  'account enable': { args: 'acme-hr' },
  'account key add': { args: `acme-hr ${path.join(__dirname, 'acme-hr.pub')}` },
  'account key remove': { args: 'acme-hr SHA256:AAAA1' },
  sessions: { args: '' },
  'webhook test': { args: 'acme', world: { clients: [aClient('acme', hooked)] } },
  'webhook secret': { args: 'acme' },
  'ban list': { args: '' },
  'ban lift': { args: '203.0.113.7' },
  list: { args: '' },
  show: { args: 'acme-1' },
  watch: { args: 'acme-1' },
  rejected: { args: 'acme-1' },
  mail: { args: 'acme-1', world: { runs: [aRun('acme-1', { report: 'sent' })] } },
  stats: { args: '--client acme' },
  find: { args: 'acme ann' },
  retry: { args: 'acme-1 --reason x', world: { runs: [aRun('acme-1', { state: 'failed' })] } },
  'resend-report': { args: 'acme-1', world: { runs: [aRun('acme-1', { report: 'failed' })] } },
  approve: { args: 'acme-1 --reason x', world: { runs: [aRun('acme-1', { state: 'held' })] } },
  decline: { args: 'acme-1 --reason x', world: { runs: [aRun('acme-1', { state: 'held' })] } },
  undo: { args: 'acme-1 --reason x' },
  user: { args: 'acme 1' },
  'users repair': { args: 'acme' },
  scan: { args: 'acme' },
  check: { args: 'acme users.csv' },
  template: { args: 'acme' },
  doctor: { args: '', serves: 'nothing' },
  audit: { args: '' },
  logs: { args: '', serves: 'nothing' },
  completion: { args: 'bash', serves: 'nothing' },
  'person export': { args: 'acme 1042' },
  'person erase': { args: 'acme 1042 --reason x' },
};

/** `folder` = where key files may be put. */
export function errorPaths(folder: string): readonly ErrorPath[] {
  const file = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const privateKey = file('id_ed25519', '-----BEGIN OPENSSH PRIVATE KEY-----\nx\n');
  const noKey = file('empty.pub', '# nothing\n');
  const badKey = file('bad.pub', 'rubbish\n');
  const addKey = (key: string) => ['account', 'add', 'acme', 'hr2', '--public-key', key];

  return [
    // The command itself
    wrongUse('lst', "unknown command 'lst'", 'Did you mean list?'),
    wrongUse('help watsh', 'There is no command watsh', 'did you mean watch?'),
    wrongUse('logs acme', 'acme is not the id of an import, such as acme-42', 'imports list'),
    notFound('logs', 'There are no logs in /nowhere/run', 'imports logs --from FILE'),
    notFound('logs --from /nowhere/up.log', 'The log cannot be read: /nowhere/up.log', 'Give --from the path of a log'),
    wrongUse('completion', "missing required argument 'shell'", 'How it is used: imports completion --help'),
    wrongUse('completion sh', 'Allowed choices are bash, zsh, fish', 'How it is used: imports completion --help'),
    wrongUse('show', "missing required argument 'id'", 'How it is used: imports show --help'),
    wrongUse('list --state claiming', "argument 'claiming' is invalid", 'Allowed choices are queued,'),
    wrongUse('audit --client acme --client zenith', 'was given twice', 'give it once'),
    wrongUse('list --limit ten', 'a whole number from 1 to', 'How it is used: imports list --help'),

    notFound('person export nobody 1042', 'There is no client nobody', 'imports client list'),
    wrongUse('person erase acme 1042', 'Say why', '--reason "request of 3 November"'),
    notNow('person erase acme 1042 --reason x', 'These imports have not ended', 'imports show acme-1', run(busy)),
    ...[
      'person export acme 1042',
      'person erase acme 1042 --reason x',
      'client enable acme',
      'client set acme schedule=1h',
      'client add new --failed-import-email a@x.example --reply-to-admin-email b@x.example',
    ].map((typed) =>
      entry(2, 'CONFIG')(typed, 'The folder of acme is not in /data/clients', 'set IMPORTS_DATA_DIR', { world: { foldersGone: true } }),
    ),
    ...(
      [
        ['imports scan acme', {}],
        ['imports client resume acme', { paused: { at: new Date(0), by: 'sam', reason: 'they clean up' } }],
        ['imports client enable acme', { enabled: false }],
      ] as const
    ).map(([next, change]) =>
      notNow('person erase acme 1042 --reason x', 'would bring the person back: users.csv (1 row)', next, {
        world: { uploads: ['users.csv'], clients: [aClient('acme', change)] },
      }),
    ),
    notNow(
      'person erase acme 1042 --reason x',
      'under their temporary names: users.csv.part (1 row)',
      'Remove each from /data/clients/acme,',
      {
        world: { uploads: ['users.csv.part'] },
      },
    ),
    wrongUse('audit --since tomorrow', 'tomorrow is not a time', '2026-11-01'),
    wrongUse('list --until 2026-13-01', '2026-13-01 is not a time', 'yesterday'),
    wrongUse('list --since today --until 2026-01-01', '--since must be before --until', '--until'),
    wrongUse('audit --verify --client acme', '--verify is about the whole audit', 'without --client and --since'),
    notNow('audit --verify', 'entry 7 does not hold, because it was changed', 'compare it with a backup', { world: { auditBrokenAt: 7 } }),

    // What it names
    wrongUse('show ../etc', '../etc is not an import id', 'e.g. acme-42'),
    wrongUse('show ACME-2', 'ACME-2 is not an import id; did you mean acme-2?', 'imports show acme-2'),
    notFound('show acme-9', 'There is no import acme-9', 'imports list --client acme'),
    wrongUse('scan ACME', 'ACME is not a client id', 'e.g. acme'),
    notFound('scan zenit', 'There is no client zenit; did you mean zenith?', 'imports client list'),
    notFound('client show zenit', 'There is no client zenit', 'imports client list'),
    notFound('client enable zenit', 'There is no client zenit', 'imports client list'),
    notFound('users repair zenit', 'There is no client zenit', 'imports client list'),
    notFound('template zenit', 'There is no client zenit', 'imports client list'),
    notFound('list --client acm', 'There is no client acm', 'imports client list'),
    notFound('account disable acme-h', 'There is no account acme-h; did you mean acme-hr?', 'imports account list'),
    notFound('account enable nobody', 'There is no account nobody', 'imports account list'),
    notFound('account list acm', 'There is no client acm', 'imports client list'),
    notFound('user acme 0042', 'Client acme has no user with the unique id 0042', 'leading zeros, count'),

    // Clients and their settings
    wrongUse('client add ACME', '--failed-import-email is missing', 'e.g. acme'),
    wrongUse(['client', 'add', 'new', '--set', 'schedule=soon'], 'schedule must be a time from a minute to a year', 'e.g. 5m'),
    notNow(`client add acme ${TYPED['client add']!.args.slice(4)}`, 'Client acme exists already', 'imports client set acme KEY=VALUE'),
    wrongUse('client set acme schedule=5', 'schedule must be a time from a minute to a year', 'e.g. 5m or 1h'),
    wrongUse('client set acme expectFileEvery=often', 'expectFileEvery must be off, or a time', 'e.g. 90m'),
    wrongUse('client set acme holdAbov.archives=1', 'holdAbov.archives is not a setting', 'did you mean holdAbove.archives?'),
    wrongUse('client set acme nonsense=1', 'nonsense is not a setting', 'imports client set --help'),
    wrongUse('client set acme report', 'report has no value', 'write report=failures|always'),
    wrongUse('client set acme failedImportEmail=none', 'failedImportEmail must be one e-mail address', 'e.g. it@acme.example'),
    wrongUse('client set acme webhookUrl=https://u:p@acme.example/', 'webhookUrl must be off, or a URL without', 'e.g. https://'),
    wrongUse('client set acme webhookUrl=http://acme.example/', 'Nothing was changed:', 'unless IMPORTS_WEBHOOK_PRIVATE is on', {
      world: { webhooks: { ...aWorld().webhooks, problem: 'only https:// URLs are allowed, unless IMPORTS_WEBHOOK_PRIVATE is on' } },
    }),
    notNow('webhook test', 'The installation has no receiver of webhooks', 'IMPORTS_WEBHOOK_URL=https://', webhooks({ url: null })),
    entry(2, 'CONFIG')(
      'webhook test',
      'was not sent: IMPORTS_WEBHOOK_SECRET is not set',
      'docs/webhooks.md',
      webhooks({ problem: 'IMPORTS_WEBHOOK_SECRET is not set' }),
    ),
    notNow('webhook test acme', 'Client acme has no webhookUrl', 'imports client set acme webhookUrl=https://'),
    notNow(
      'webhook test acme',
      'was not taken. hooks.acme.example: answered 500\nIt said: out of order',
      'imports client set acme webhookUrl=',
      webhooks({ answer: { kind: 'not-taken', status: 500, why: 'answered 500', said: 'out of\n order\n' } }),
    ),
    entry(2, 'CONFIG')('webhook secret acme', 'IMPORTS_WEBHOOK_SECRET is not set', 'echo "whsec_', webhooks({ secret: undefined })),
    notFound('webhook secret zenit', 'There is no client zenit', 'imports client list'),
    unreachable('client set acme schedule=1h', 'Nothing was changed: Temporal cannot be reached', 'imports up', temporalIsDown),
    notNow('client set acme schedule=1h', 'Nothing was changed: The command failed with an unexpected error', 'imports doctor', {
      world: { down: { temporal: new Error('odd') } },
    }),
    wrongUse('client set acme schedule=1h', 'schedule=1h: it is too short', 'Take another', {
      world: { refusedSchedules: new Map([['every-1h', 'it is too short. Take another']]) },
    }),
    unreachable('client enable acme', 'Client acme is stored, but its folder or schedule', 'imports client enable acme', temporalIsDown),
    notNow('client disable acme', 'Client acme is stored, but', 'imports client disable acme', {
      world: { down: { temporal: new Error('odd') } },
    }),
    notNow('client enable acme', 'its schedule is not in force. It is too short', 'imports client set acme schedule=', {
      world: { refusedSchedules: new Map([['every-5m', 'It is too short.']]) },
    }),

    wrongUse('client pause acme', 'Say why', '--reason'),
    wrongUse('client resume acme', 'Say why', '--reason'),
    unreachable('client resume acme --reason x', 'Client acme is resumed, but', 'within ten minutes', temporalIsDown),
    notNow('client resume acme --reason x', 'Client acme is resumed, but', 'within ten minutes', {
      world: { down: { temporal: new Error('odd') } },
    }),

    // Logins
    wrongUse('account add acme _x_ --generate-password', '_x_ is not a user name', '1 to 64 letters, digits'),
    wrongUse('account add acme hr2', 'The account could not log in', '--public-key FILE'),
    notNow(
      'account add zenith acme-hr --generate-password',
      'The user name acme-hr is taken by client acme',
      'Take another, e.g. zenith-acme-hr',
    ),
    wrongUse('account add acme hr2 --generate-password --password-stdin', 'not both', '--password-stdin'),
    wrongUse('account passwd acme-hr --password-stdin', 'at least 12 characters', '--generate-password', { world: { stdin: 'short\n' } }),
    wrongUse('account passwd acme-hr --password-stdin', 'at least 12 characters', '--generate-password', { world: { stdin: '' } }),
    wrongUse('account passwd acme-hr --password-stdin', 'one line without control characters', '--generate-password', {
      world: { stdin: 'a-long-password\nand-another\n' },
    }),
    wrongUse('account passwd acme-hr', 'Say where the password comes from', '--generate-password or --password-stdin'),
    wrongUse(addKey('/nowhere/key.pub'), 'The public key file /nowhere/key.pub cannot be read', 'e.g. ~/.ssh/id_ed25519.pub'),
    wrongUse(addKey(privateKey), 'is a private key', 'Ask for the file that ends in .pub'),
    wrongUse(addKey(noKey), 'holds no public key', 'e.g. ssh-ed25519'),
    wrongUse(addKey(badKey), `Line 1 of ${badKey}: The public key cannot be used`, 'Send the one line of the .pub file', {
      deps: { parsePublicKey: async (line) => parsePublicKey(line) },
    }),

    wrongUse('account key add acme-h', "missing required argument 'file'", 'How it is used: imports account key add --help'),
    wrongUse(['account', 'key', 'add', 'acme-hr', privateKey], 'is a private key', 'Ask for the file that ends in .pub'),
    notFound('account key remove acme-h SHA256:AAAA1', 'There is no account acme-h; did you mean acme-hr?', 'imports account list'),
    notFound('account key remove acme-hr SHA256:none', 'has no key with the fingerprint SHA256:none', 'imports account list'),

    // Who is in, and who is not let in
    notFound('sessions acm', 'There is no client acm', 'imports client list'),
    wrongUse('ban lift sftp.example', 'sftp.example is not an address', 'imports ban list'),
    notFound('ban lift 203.0.113.7', '203.0.113.7 is not banned', 'imports ban list'),

    // Looking at imports
    wrongUse('rejected acme-1 --csv --json', 'not both', '--csv', { only: 'json' }),
    notFound('rejected acme-1', 'they have expired', 'The client', run({ counts: { ...NO_COUNTS, records: 9, rejected: 2 } })),
    notFound('rejected acme-1 --csv', 'its file was not read to the end', 'imports show acme-1', {
      ...run({ layout: null }),
      only: 'text',
    }),
    notNow('watch acme-1', 'Import acme-1 failed', 'imports retry acme-1', { ...run({ state: 'failed' }), answers: true }),
    notNow('watch acme-1', 'was cancelled', 'imports retry acme-1', { ...run({ state: 'cancelled' }), answers: true }),
    notNow('watch acme-1', 'waits for approval', 'imports show acme-1', { ...run({ state: 'held' }), answers: true }),
    notNow('watch acme-1', 'its workflow was terminated', 'imports retry acme-1', {
      world: { runs: [aRun('acme-1', busy)], stopped: ['acme-1'] },
      answers: true,
    }),

    wrongUse('show acme-1 --csv', '--csv goes with --plan', 'imports show ID --plan --csv', { only: 'text' }),
    wrongUse('show acme-1 --plan --csv --json', 'not both', '--csv', { only: 'json' }),
    notNow('show acme-1 --plan', 'is not waiting for approval.\nState: finished: imported', 'imports show acme-1', run()),
    notFound('stats --client acm', 'There is no client acm', 'imports client list'),
    notFound('find acm ann', 'There is no client acm', 'imports client list'),
    wrongUse(['find', 'acme', ' '], 'Say who to look for', 'a unique id'),
    notFound('find acme ann', 'No user of acme matches ann', 'imports list --client acme'),
    notNow('mail acme-1', 'has not ended', 'imports watch acme-1', run(busy)),
    notNow('mail acme-1', 'had nothing to report', 'imports show acme-1', run()),
    notNow('mail acme-1', 'was not repeated', 'imports resend-report acme-1', run({ report: 'not-repeated' })),

    // Going on
    wrongUse('retry --reason x', 'Say which imports', '--all-failed'),
    wrongUse('retry acme-1 --all-failed --reason x', 'Say which imports', 'one of the two'),
    notFound('retry acme-1 acme-9 --reason x', 'There is no import acme-9', 'imports list --client acme', run({ state: 'failed' })),
    wrongUse('retry acme-1 --client acme --reason x', '--client can only be used with', '--all-failed'),
    wrongUse('retry acme-1', 'Say why', '--reason'),
    notNow('retry acme-1 --reason x', 'is running (applying)', 'imports watch acme-1', run(busy)),
    notNow('retry acme-1 --reason x', 'waits for a decision', 'imports approve acme-1', run({ state: 'held' })),
    notNow('retry acme-1 --reason x', 'there is nothing to retry', 'drop the corrected file', run()),
    notNow('retry acme-1 --reason x', 'there is nothing to retry', 'imports resend-report acme-1', run({ report: 'failed' })),
    notNow('retry acme-1 --reason x', 'is being undone', 'imports undo acme-1', {
      world: { runs: [aRun('acme-1', { state: 'failed' })], undos: new Map([['acme-1', anUndo('acme-1')]]) },
    }),
    notNow('retry --all-failed --reason x', '1 of 1 imports could not be started again', 'imports list --state failed', {
      world: { runs: [aRun('acme-1', { state: 'failed' })], undos: new Map([['acme-1', anUndo('acme-1')]]) },
      answers: true,
    }),
    notNow('resend-report acme-1', 'has not ended', 'imports watch acme-1', run(busy)),
    notNow('resend-report acme-1', 'has not ended', 'imports retry acme-1', run({ state: 'failed' })),
    notNow('resend-report acme-1', 'nothing to report', 'imports show acme-1', run()),
    notNow('resend-report acme-1', 'have expired', 'have the file uploaded again', {
      world: { runs: [aRun('acme-1', { report: 'sent' })], resent: 'nothing-left' },
    }),
    notNow('resend-report acme-1', 'could not be sent', 'imports client set acme failedImportEmail=', {
      world: { runs: [aRun('acme-1', { report: 'failed' })], resent: 'failed' },
    }),
    notNow('resend-report acme-1', 'no longer waits for approval', 'imports show acme-1', {
      world: { runs: [aRun('acme-1', { state: 'held' })], resent: 'nothing-left' },
    }),
    notNow('resend-report acme-1', 'could not be sent', 'imports client set acme replyToAdminEmail=', {
      world: { runs: [aRun('acme-1', { state: 'held' })], resent: 'failed' },
    }),
    notNow('resend-report acme-1', 'is being sent already', 'imports show acme-1', {
      world: { runs: [aRun('acme-1', { state: 'held' })], troubles: [{ step: 'sendHoldMail', tries: 2, why: 'x', nextTryAt: null }] },
    }),
    notNow('resend-report acme-1 --undo', 'Nobody has undone import acme-1', 'imports show acme-1', run()),
    notNow('resend-report acme-1 --undo', 'has not ended', 'imports undo acme-1', {
      world: { runs: [aRun('acme-1')], undos: new Map([['acme-1', anUndo('acme-1', { finishedAt: null, report: 'pending' })]]) },
    }),
    notNow('resend-report acme-1 --undo', 'is being sent already', 'imports show acme-1', {
      world: {
        runs: [aRun('acme-1', { state: 'undone' })],
        undos: new Map([['acme-1', anUndo('acme-1', { report: 'pending' })]]),
        troubles: [{ step: 'sendUndoReport', tries: 2, why: 'x', nextTryAt: null }],
      },
    }),

    // Deciding and undoing
    wrongUse('approve acme-1', 'Say why', '--reason'),
    notNow('approve acme-1 --reason x', 'is not waiting for approval', 'imports undo acme-1', run()),
    notNow('approve acme-1 --reason x', 'is not waiting for approval', 'imports watch acme-1', run(busy)),
    notNow('decline acme-1 --reason x', 'is not waiting for approval', 'imports retry acme-1', run({ state: 'failed' })),
    notNow(
      'decline acme-1 --reason x',
      'was already declined by kim: wrong file',
      'imports show acme-1',
      run({ outcome: 'declined', held: { ...held, decided } }),
    ),
    wrongUse('undo acme-1', 'Say why', '--reason'),
    notNow('undo acme-1 --reason x', 'has changed nothing yet', 'imports decline acme-1', run({ state: 'held' })),
    notNow('undo acme-1 --reason x', 'was refused: it changed no user', 'imports show acme-1', run({ outcome: 'refused' })),
    notNow('undo acme-1 --reason x', 'can be undone when it has ended', 'imports watch acme-1', run(busy)),
    notNow('undo acme-1 --reason x', 'the values that it replaced have expired', 'upload a file', run({ expiredAt: new Date(0) })),
    notNow('undo acme-1 --reason x', 'is applying', 'imports watch acme-1', {
      world: { runs: [aRun('acme-1', busy)], stopped: ['acme-1'], raced: true },
    }),
    notNow('undo acme-1 --reason x', 'stopped: MongoDB is gone', 'imports undo acme-1', {
      world: {
        runs: [aRun('acme-1')],
        onSleep: (world) => world.undos.set(importId('acme-1'), anUndo('acme-1', { finishedAt: null, failure: 'MongoDB is gone.' })),
      },
    }),
    notFound('undo acme-1', 'the details have expired', 'imports show acme-1', run({ state: 'undone' })),

    // Files
    notNow('scan acme', 'Client acme is disabled', 'imports client enable acme', {
      world: { clients: [aClient('acme', { enabled: false })] },
    }),
    unreachable('retry acme-1 --reason x', 'The retry of acme-1 is written down', 'within ten minutes', {
      world: {
        ...run({ state: 'failed', outcome: null }).world,
        down: { temporal: new ImportsError('UNREACHABLE', 'Temporal cannot be reached.') },
      },
    }),
    notNow('scan acme', 'Client acme is paused by sam (they clean up)', 'imports client resume acme', {
      world: { clients: [aClient('acme', { paused: { at: new Date(0), by: 'sam', reason: 'they clean up' } })] },
    }),
    wrongUse('check acme users.csv --out users.csv', 'names the file that is checked', 'choose another file'),
    notNow('check acme users.csv', '2 of 10 records would be rejected', '--out failed.csv', {
      world: { checked: { ...aWorld().checked, counts: { ...NO_COUNTS, records: 10, rejected: 2 } } },
      answers: true,
    }),
    notNow('check acme users.csv', 'would be refused: FILE_EMPTY', 'docs/reason-codes.md', {
      world: { checked: { ...aWorld().checked, refusal: { code: 'FILE_EMPTY', message: 'The file is empty.' } } },
      answers: true,
    }),

    // Services
    notNow('doctor', '1 of 1 checks found something to do', 'imports doctor', {
      world: { checks: [{ name: 'MongoDB', run: async () => ({ ok: false, detail: 'gone', todo: 'Start it' }) }] },
      answers: true,
    }),
    ...(['up', 'demo'] as const).map((command) =>
      entry(2, 'CONFIG')(command, 'IMPORTS_SFTP_PORT is wrong', '.env.example', {
        deps: Object.fromEntries(
          ['runUp', 'runDemo'].map((name) => [
            name,
            () => Promise.reject(new ImportsError('CONFIG', 'IMPORTS_SFTP_PORT is wrong. See .env.example')),
          ]),
        ),
      }),
    ),
    unreachable('list', 'MongoDB cannot be reached', 'imports doctor', lost('MongoServerSelectionError')),
    unreachable('list', 'MongoDB cannot be reached', 'imports doctor', lost('MongoNetworkError')),
    unreachable('list', 'Temporal cannot be reached', 'imports doctor', lost('ServiceError', { code: 14, metadata: {} })),
    unreachable('list', 'A service cannot be reached', 'imports doctor', lost('Error', { code: 'ECONNREFUSED' })),
    unreachable(
      'list',
      '/data/clients cannot be used: its disk is full (ENOSPC)',
      'imports doctor',
      lost('Error', { code: 'ENOSPC', path: '/data/clients' }),
    ),
    entry(1, 'UNEXPECTED')('list', 'an unexpected error. TypeError: x is no function', 'imports doctor', {
      world: { down: { stores: new TypeError('x is no function') } },
    }),
    entry(1, 'UNEXPECTED')('list', 'MongoServerError 11000', 'imports doctor', lost('MongoServerError', { code: 11_000 })),
    entry(1, 'INVARIANT')('list', 'A promise', 'report it', down(new ImportsError('INVARIANT', 'A promise is broken.'))),
    entry(1, 'FILE_VANISHED')(
      'list',
      'The file is gone',
      'then retry',
      down(new ImportsError('FILE_VANISHED', 'The file is gone. Restore it, then retry.')),
    ),
    entry(1, 'MAIL_REJECTED')(
      'list',
      'refused',
      'Check',
      down(new ImportsError('MAIL_REJECTED', 'The mail server refused it. Check the address.')),
    ),
  ];
}

function down(error: Error): Rest {
  return { world: { down: { stores: error } } };
}

/** An error of a driver, whose text may hold what nobody must see. */
function lost(name: string, more: object = {}): Rest {
  return down(Object.assign(new Error('dup key: { emailKey: "acme/ann@acme.example" }'), { name, ...more }));
}

export function worldOf({ world }: Pick<ErrorPath, 'world'>): World {
  return aWorld({ accounts: [anAccount('acme-hr', 'acme')], runs: [aRun('acme-1')], ...world });
}
