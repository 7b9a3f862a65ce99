// The command line's surroundings in memory: ports as plain maps, a terminal that remembers, a clock that stands still.

import { Readable, Writable } from 'node:stream';
import type { CheckedFile, PlannedChange } from '../../src/domain/file/checked-file';
import { DEFAULT_SETTINGS, type Client } from '../../src/domain/client';
import { scheduleName } from '../../src/domain/client/schedule';
import { importIdOf, parseClientId, parseImportId, type ClientId, type ImportId } from '../../src/domain/ids';
import { NO_COUNTS, type ImportRun } from '../../src/domain/import-run';
import { IMPORT_STATES, type StepTrouble } from '../../src/domain/import-state';
import { NO_UNDO_COUNTS, type LeftAlone, type Undo, type UserChange } from '../../src/domain/undo/undo';
import type { User, SharedValue } from '../../src/domain/user';
import { ImportsError } from '../../src/errors';
import type { ImportQuery } from '../../src/domain/import-stats';
import type { ImportStore, SettledPart, UndoStore, WebhookAnswer, WebhookSender } from '../../src/ports';
import type { AuditEntry } from '../../src/domain/audit';
import type { Account, Ban, LiveSession } from '../../src/domain/client/access';
import type { Chunk, ChunkAtWork, ChunkResult } from '../../src/domain/file/inspection';
import type { RejectedRecord } from '../../src/domain/record/record';
import { readLogsOf } from '../../src/processes/command/read-logs';
import { runProgram } from '../../src/cli/run-program';
import type { CliDeps, DoctorCheck, Services } from '../../src/cli/deps';

export function clientId(text: string): ClientId {
  const id = parseClientId(text);
  if (id === undefined) throw new Error(`no client id: ${text}`);
  return id;
}

export function importId(text: string): ImportId {
  const parts = parseImportId(text);
  if (parts === undefined) throw new Error(`no import id: ${text}`);
  return parts.importId;
}

export function aClient(id: string, change: Partial<Client> = {}): Client {
  const settings = { ...DEFAULT_SETTINGS, failedImportEmail: `it@${id}.example`, replyToAdminEmail: 'parking@city.example' };
  return { clientId: clientId(id), enabled: true, settings, ...change };
}

export function anAccount(userName: string, client: string, change: Partial<Account> = {}): Account {
  return { userName, clientId: clientId(client), passwordHash: null, publicKeys: [], enabled: true, lastLoginAt: null, ...change };
}

/** `acme-42`, finished well, unless said otherwise. */
export function aRun(id: string, change: Partial<ImportRun> = {}): ImportRun {
  const parts = parseImportId(id);
  if (parts === undefined) throw new Error(`no import id: ${id}`);
  return {
    importId: importIdOf(parts.clientId, parts.seq),
    clientId: parts.clientId,
    seq: parts.seq,
    fileName: 'users.csv',
    bytes: 1234,
    inode: '7',
    sha256: 'ab'.repeat(32),
    state: 'finished',
    outcome: 'imported',
    refusal: null,
    receivedAt: new Date('2026-11-20T18:00:00.000Z'),
    startedAt: new Date('2026-11-20T18:00:05.000Z'),
    finishedAt: new Date('2026-11-20T18:00:09.000Z'),
    askedAt: new Date('2026-11-20T18:00:00.000Z'),
    turn: null,
    attempts: 1,
    counts: { ...NO_COUNTS, records: 10, created: 5, updated: 3, unchanged: 2, archived: 1, permitsReleased: 2 },
    reasonCounts: {},
    layout: { encoding: 'utf-8', delimiter: ',', headers: ['unique_id', 'login_source', 'email'], ignoredHeaders: [], droppedBack: false },
    chunks: 1,
    inactiveRecords: 0,
    goAhead: null,
    held: null,
    sameAs: null,
    report: 'none',
    backup: '.bak/users.csv',
    rejectedDigest: null,
    failure: null,
    ...change,
  };
}

/** Finished well, its e-mail sent, unless said otherwise. */
export function anUndo(id: string, change: Partial<Undo> = {}): Undo {
  const at = new Date('2026-11-20T18:30:00.000Z');
  return {
    importId: importId(id),
    clientId: parseImportId(id)!.clientId,
    round: 1,
    turn: null,
    reason: 'wrong file',
    by: 'pat',
    requestedAt: at,
    chunks: 2,
    finishedAt: at,
    counts: { ...NO_UNDO_COUNTS, restored: 3, archived: 5, permitsReturned: 2 },
    report: 'sent',
    failure: null,
    ...change,
  };
}

class Screen extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

export interface World {
  clients: Client[];
  accounts: Account[];
  bans: Ban[];
  audit: AuditEntry[];
  /** The chain does not hold from here on. */
  auditBrokenAt: number | null;
  sessions: LiveSession[];
  runs: ImportRun[];
  chunks: Map<string, Chunk & { result: ChunkResult | undefined }>;
  settled: SettledPart<ChunkResult>[];
  rejected: RejectedRecord[];
  checks: DoctorCheck[];
  /** What every dry run finds. */
  checked: CheckedFile;
  undos: Map<string, Undo>;
  undoChunksDone: number;
  /** Steps of any import that are tried again. */
  troubles: StepTrouble[];
  /** Steps that are at work for the first time. */
  firstTries: string[];
  /** Why e-mails failed, by `<importId>/<kind>`. */
  mailFailures: Record<string, string>;
  /** Of any import. */
  webhooksNotTaken: Awaited<ReturnType<Services['outbox']['webhooksNotTaken']>>;
  /** As the installation has them, and what every receiver answers. */
  webhooks: { url: string | null; problem: string | undefined; secret: string | undefined; answer: WebhookAnswer };
  /** What the undo left alone. */
  left: LeftAlone[];
  histories: Map<string, { user: User; changes: readonly UserChange[] }>;
  /** Whatever is looked for. */
  found: Awaited<ReturnType<Services['users']['search']>>;
  /** What every held import would do. */
  planned: PlannedChange[];
  /** In the folders of clients. */
  waiting: Record<string, Awaited<ReturnType<Services['waitingFiles']>>>;
  /** Their names, in the folder of every client: each has a row about everybody. */
  uploads: string[];
  /** The data directory is another one. */
  foldersGone: boolean;
  /** Where the folders of clients are. */
  clientsDir: string;
  /** Steps of mending keys. */
  repairs: { readonly mended: number; readonly shared: readonly SharedValue[] }[];
  dataDir: string;
  /** In the parts of every import that is being applied. */
  atWork: ChunkAtWork[];
  columns: number | undefined;
  /** Of standard error. */
  errorColumns: number | undefined;
  hasColours: boolean;
  stdin: string;
  uiUrl: string | null;
  /** Why Temporal refuses schedules, by their names. */
  refusedSchedules: Map<string, string>;
  resent: Awaited<ReturnType<Services['control']['resendReport']>>;
  /** Somebody else is always faster. */
  raced: boolean;
  /** Imports whose workflow somebody terminated. */
  stopped: string[];
  /** Thrown by every call of this service. */
  down: { stores?: Error; temporal?: Error; open?: Error };
  /** What was asked of the outside world, in order. */
  calls: string[];
  /** Runs at every sleep: how tests make time pass for `watch`. */
  onSleep: (world: World) => void;
  opened: boolean;
  closed: boolean;
}

export function aWorld(change: Partial<World> = {}): World {
  return {
    clients: [aClient('acme'), aClient('zenith')],
    accounts: [],
    bans: [],
    audit: [],
    auditBrokenAt: null,
    sessions: [],
    runs: [],
    chunks: new Map(),
    settled: [],
    rejected: [],
    checks: [],
    checked: {
      sha256: 'ab'.repeat(32),
      bytes: 1234,
      refusal: null,
      counts: { ...NO_COUNTS, records: 10, created: 10 },
      numbers: { archives: 0, permits: 0, activeUsers: 100, emailChanges: 0, userNameChanges: 0 },
      wouldBeHeld: false,
      reasonCounts: {},
      reasonGroups: [],
      firstRejected: [],
      headers: ['unique_id', 'login_source', 'email'],
      ignoredHeaders: [],
    },
    undos: new Map(),
    undoChunksDone: 0,
    troubles: [],
    firstTries: [],
    mailFailures: {},
    webhooksNotTaken: [],
    webhooks: {
      url: 'https://hooks.city.example/imports',
      problem: undefined,
      secret: 'whsec_c2VjcmV0',
      answer: { kind: 'taken', status: 204, said: '' },
    },
    left: [],
    histories: new Map(),
    found: { users: [], isWhole: true },
    planned: [],
    waiting: {},
    uploads: [],
    foldersGone: false,
    clientsDir: '/data/clients',
    repairs: [],
    dataDir: '/nowhere',
    atWork: [],
    columns: undefined,
    errorColumns: undefined,
    hasColours: false,
    stdin: '',
    uiUrl: 'http://127.0.0.1:8233',
    refusedSchedules: new Map(),
    resent: 'sent',
    raced: false,
    stopped: [],
    down: {},
    calls: [],
    onSleep: () => {},
    opened: false,
    closed: false,
    ...change,
  };
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly world: World;
}

/** One command, typed as people type it but already split into words. */
export function imports(world: World, ...args: string[]): Promise<Ran> {
  return importsWith({}, world, ...args);
}

/** The same with some of the surroundings replaced. */
export async function importsWith(deps: Partial<CliDeps>, world: World, ...args: string[]): Promise<Ran> {
  const stdout = new Screen();
  const stderr = Object.assign(new Screen(), { isTTY: world.errorColumns !== undefined, columns: world.errorColumns ?? 80 });
  const code = await runProgram(Object.defineProperties(depsOf(world, stdout, stderr), Object.getOwnPropertyDescriptors(deps)), args);
  if (!world.closed) throw new Error('the services were not closed');
  return { code, out: stdout.text, err: stderr.text, world };
}

export function depsOf(world: World, stdout: Writable, stderr: Writable): CliDeps {
  return {
    async open() {
      world.opened = true;
      if (world.down.open !== undefined) throw world.down.open;
      return onRecord(servicesOf(world), world);
    },
    async close() {
      world.closed = true;
    },
    hashPassword: async (password) => `hash of ${password}`,
    generatePassword: () => 'correct-horse-battery',
    async parsePublicKey(line) {
      const [algorithm = '', blob = '', comment = ''] = line.split(' ');
      if (!algorithm.startsWith('ssh-')) throw new ImportsError('WRONG_USE', 'The public key cannot be used. This is not a public key.');
      return { algorithm, blob, comment, fingerprint: `SHA256:${blob}` };
    },
    async checkFile({ client, path, failedRecordsPath }) {
      up(world.down.stores);
      world.calls.push(`check ${client.clientId} ${path} out=${failedRecordsPath}`);
      return world.checked;
    },
    async *plannedChanges() {
      up(world.down.stores);
      yield* world.planned;
    },
    readLogs: readLogsOf(
      () => world.dataDir,
      () => Readable.from([world.stdin]),
    ),
    doctorChecks: async () => world.checks,
    async webhooks() {
      const { url, problem, secret, answer } = world.webhooks;
      const sender: WebhookSender = {
        problemOf: () => problem,
        async send({ id, url: to }) {
          world.calls.push(`${id} to ${to}`);
          return answer;
        },
        secretOf() {
          if (secret === undefined) throw new ImportsError('CONFIG', 'IMPORTS_WEBHOOK_SECRET is not set. Make one with: echo "whsec_…"');
          return secret;
        },
      };
      return { url, sender };
    },
    runUp: async ({ json }) => void world.calls.push(`up json=${json}`),
    runDemo: async ({ json, keep }) => void world.calls.push(`demo json=${json} keep=${keep}`),
    mailFrom: async () => null,
    operator: 'pat',
    identity: { name: 'pat', uid: 1000, host: 'desk', selfDeclared: null },
    version: '1.2.3',
    stdout,
    stderr,
    columns: world.columns,
    hasColours: world.hasColours,
    timeZone: 'America/Toronto',
    readStdin: async () => world.stdin,
    now: () => new Date('2026-11-20T19:00:00.000Z'),
    async sleep() {
      world.onSleep(world);
    },
  };
}

function up(error: Error | undefined): void {
  if (error !== undefined) throw error;
}

/** What a command may call without having written down first that it will: it changes nothing, or only what another call has changed. */
const NO_ACT = [
  'find list listIds schedules inForce live chunk all at count chunkResults settled countDone',
  'clientFolder uploads whyFailed failedAmong webhooksNotTaken sentAt needing count each search writeTable cutAttachment history notGivenBack prepareClient',
  'writeFailedRecords',
  'applySchedule trySchedule findFailedRecords findBackup',
  'findStatusReport workFolders countPersonRows wake isRunning isPending troubles recordsAtWork uiUrl',
].flatMap((names) => names.split(' '));

/** Fails any command that changes something before it is on record: every test of a changing command is a test of that. */
function onRecord(services: Services, world: World): Services {
  const before = world.audit.length;
  const guarded = (store: object): object =>
    new Proxy(store, {
      get(target, name) {
        const method = Reflect.get(target, name) as unknown;
        if (typeof method !== 'function' || NO_ACT.includes(String(name))) return method;
        return (...args: readonly unknown[]): unknown => {
          if (world.audit.length === before) throw new Error(`${String(name)} was called before anything was on record`);
          return Reflect.apply(method, target, args);
        };
      },
    });
  const stores = Object.entries(services).map(([name, store]) => [name, name === 'audit' ? store : guarded(store as object)] as const);
  return Object.fromEntries(stores) as unknown as Services;
}

export function isAskedFor(run: ImportRun, { clientIds, states, outcomes, reports, since, until, isKept }: ImportQuery): boolean {
  return (
    (clientIds?.includes(run.clientId) ?? true) &&
    (states?.includes(run.state) ?? true) &&
    (outcomes === undefined || (run.outcome !== null && outcomes.includes(run.outcome))) &&
    (reports === undefined || (run.finishedAt !== null && reports.includes(run.report))) &&
    (since === undefined || run.receivedAt >= since) &&
    (until === undefined || run.receivedAt < until) &&
    (isKept === undefined || run.expiredAt === undefined)
  );
}

export function servicesOf(world: World): Services {
  const { down } = world;
  const looksAsked = new Set<string>();
  return {
    clients: {
      async find(id) {
        up(down.stores);
        return world.clients.find((client) => client.clientId === id);
      },
      async list() {
        up(down.stores);
        return world.clients;
      },
      async schedules() {
        up(down.stores);
        return world.clients.filter(({ enabled }) => enabled).map(({ settings }) => settings.schedule);
      },
      async add(client) {
        up(down.stores);
        world.clients.push(client);
      },
      async setSettings(id, settings) {
        world.clients = world.clients.map((client) => (client.clientId === id ? { ...client, settings } : client));
      },
      async setEnabled(id, enabled) {
        world.clients = world.clients.map((client) => (client.clientId === id ? { ...client, enabled } : client));
      },
      async pause(id, paused) {
        const { resumed: _, ...client } = world.clients.find(({ clientId: known }) => known === id)!;
        world.clients = world.clients.map((known) => (known.clientId === id ? { ...client, paused } : known));
      },
      async resume(id, resumed) {
        const { paused: _, ...client } = world.clients.find(({ clientId: known }) => known === id)!;
        world.clients = world.clients.map((known) => (known.clientId === id ? { ...client, resumed } : known));
      },
    },
    accounts: {
      find: async (userName) => world.accounts.find((account) => account.userName === userName),
      list: async (id) => world.accounts.filter((account) => id === undefined || account.clientId === id),
      add: async (account) => void world.accounts.push(account),
      async update(userName, change) {
        world.accounts = world.accounts.map((account) => (account.userName === userName ? { ...account, ...change } : account));
      },
      replaceHash: () => Promise.reject(new Error('the command line knows no password to renew')),
      seenAt: () => Promise.reject(new Error('the command line bans nobody')),
    },
    bans: {
      inForce: async (at) => world.bans.filter(({ until }) => until > at),
      find: async (address) => world.bans.find((ban) => ban.address === address),
      async remove(address) {
        const before = world.bans.length;
        world.bans = world.bans.filter((ban) => ban.address !== address);
        return world.bans.length < before;
      },
      put: () => Promise.reject(new Error('the command line bans nobody')),
      forget: () => Promise.reject(new Error('the command line forgets nobody')),
    },
    audit: {
      async append(act, by, at) {
        up(down.stores);
        const entry = { ...act, by, at, seq: world.audit.length + 1, previousHash: '', hash: 'ab'.repeat(32) };
        world.audit.push(entry);
        return entry;
      },
      async *entries({ clientId: of, since = new Date(0) }) {
        up(down.stores);
        yield* world.audit.filter((entry) => (of === undefined || entry.clientId === of) && entry.at >= since);
      },
      async verify() {
        up(down.stores);
        const broken = world.auditBrokenAt === null ? null : { seq: world.auditBrokenAt, why: 'it was changed' };
        return { entries: world.audit.length, head: 'ab'.repeat(32), broken };
      },
    },
    sessions: { live: async () => world.sessions },
    imports: {
      async find(id) {
        up(down.stores);
        return world.runs.find((run) => run.importId === id);
      },
      async list({ limit, ...query }) {
        up(down.stores);
        return world.runs
          .filter((run) => isAskedFor(run, query))
          .sort((a, b) => b.receivedAt.getTime() - a.receivedAt.getTime() || b.seq - a.seq)
          .slice(0, limit);
      },
      async listIds(query) {
        return (await this.list!(query)).map((run) => run.importId);
      },
      async *each(query) {
        yield* world.runs.filter((run) => isAskedFor(run, query));
      },
      count: async (query) => world.runs.filter((run) => isAskedFor(run, query)).length,
      async advance(id, to, change, expected) {
        const known = world.runs.find((run) => run.importId === id);
        if (world.raced || known === undefined || !IMPORT_STATES[to].from.includes(known.state)) return false;
        if (expected?.state?.includes(known.state) === false) return false;
        world.runs = world.runs.map((run) => (run === known ? { ...run, ...change, state: to } : run));
        world.calls.push(`${to} ${id}`);
        return true;
      },
      chunk: async (id, n) => world.chunks.get(`${id}/${n}`),
      async *settled() {
        yield* world.settled;
      },
    } as Partial<ImportStore> as ImportStore,
    rejected: {
      replaceRange: () => Promise.reject(new Error('the command line rejects nothing')),
      remove: () => Promise.reject(new Error('the command line rejects nothing')),
      put: () => Promise.reject(new Error('the command line rejects nothing')),
      async *all() {
        yield* world.rejected;
      },
      at: async (_id, lines) => world.rejected.filter(({ line }) => lines.includes(line)),
      count: async () => world.rejected.length,
    },
    undos: {
      find: async (id) => world.undos.get(id),
      async request(id, asked) {
        const undo = world.undos.get(id) ?? {
          importId: id,
          ...asked,
          round: 1,
          turn: null,
          chunks: null,
          finishedAt: null,
          counts: NO_UNDO_COUNTS,
          report: 'pending',
          failure: null,
        };
        world.undos.set(id, { ...undo, failure: null });
        world.calls.push(`undo ${id}`);
        return undo;
      },
      async *chunkResults() {
        const left = world.left.filter(({ permit }) => permit === null);
        yield { n: 0, result: { counts: NO_UNDO_COUNTS, left, deferred: [] } };
      },
      countDone: async () => world.undoChunksDone,
      needing: async () => [...world.undos.values()].filter(({ failure, report }) => failure !== null || report === 'failed'),
    } as Partial<UndoStore> as UndoStore,
    outbox: {
      webhooksNotTaken: async () => world.webhooksNotTaken,
      sentAt: async (id) => world.runs.find((run) => run.importId === id)?.finishedAt ?? null,
      failedAmong: async (ids, kind) => new Set(ids.filter((id) => world.mailFailures[`${id}/${kind}`] !== undefined)),
      whyFailed: async (id, kind) => world.mailFailures[`${id}/${kind}`] ?? null,
      async setState(id, kind, _state, _at, why) {
        world.mailFailures[`${id}/${kind}`] = why ?? '';
      },
    },
    users: {
      history: async (id) => world.histories.get(id),
      search: async () => world.found,
      async *repairKeys() {
        yield* world.repairs;
      },
    },
    permits: {
      async *notGivenBack() {
        yield* world.left.filter(({ permit }) => permit !== null);
      },
    },
    turns: {
      async askLook(id) {
        up(down.stores);
        looksAsked.add(id);
      },
    },
    control: {
      async trySchedule(schedule) {
        up(down.temporal);
        const name = scheduleName(schedule);
        world.calls.push(`try ${name}`);
        const why = world.refusedSchedules.get(name);
        if (why !== undefined) throw new ImportsError('WRONG_USE', why);
      },
      async applySchedules(clients) {
        up(down.temporal);
        const wanted = [...new Set((await clients.schedules()).map(scheduleName))];
        world.calls.push(`schedules ${wanted.join(', ')}`);
        return wanted.flatMap((name) => {
          const why = world.refusedSchedules.get(name);
          return why === undefined ? [] : [{ name, why }];
        });
      },
      async wake(id) {
        up(down.temporal);
        world.calls.push(`wake ${id}${looksAsked.delete(id) ? ' to look for files' : ''}`);
      },
      async decide(id, { verdict, reason, by }) {
        up(down.temporal);
        world.calls.push(`${verdict} ${id} by ${by}: ${reason}`);
      },
      async resendReport(run, kind) {
        up(down.temporal);
        world.calls.push(`resend ${kind} ${run.importId}`);
        return world.resent;
      },
      async troubles() {
        up(down.temporal);
        return world.troubles;
      },
      async isPending(_, step) {
        up(down.temporal);
        return world.firstTries.includes(step) || world.troubles.some((trouble) => trouble.step === step);
      },
      async isRunning(id) {
        up(down.temporal);
        return !world.stopped.includes(id);
      },
      async recordsAtWork() {
        up(down.temporal);
        return world.atWork;
      },
      uiUrl: (id) => (world.uiUrl === null ? null : `${world.uiUrl}/namespaces/default/workflows/import%2F${id}`),
    },
    files: {
      prepareClient: async (id) => void world.calls.push(`folder ${id}`),
      clientFolder: async (id) => ({ path: `${world.clientsDir}/${id}`, isThere: !world.foldersGone }),
      uploads: async (id) => world.uploads.map((name) => ({ name, path: `/data/clients/${id}/${name}` })),
      findFailedRecords: async () => undefined,
      findBackup: async (id, backup) => `/data/clients/${id}/${backup}`,
      removeBackup: async (id, backup) => void world.calls.push(`remove ${id}/${backup}`),
      workFolders: async () => [],
      cleanUp: () => Promise.reject(new Error('nothing lies in work/')),
    },
    standing: { findStatusReport: async () => undefined },
    persons: {
      async find() {
        up(down.stores);
        return { replacedValues: [], rejectedRecords: [], deferredRecords: [], leftByUndo: [] };
      },
      erase: async (id, uniqueId) => void world.calls.push(`erase ${id}/${uniqueId}`),
    },
    waitingFiles: async (id) => world.waiting[id] ?? { files: 0, oldest: null, newest: null },
    mails: { cutAttachment: async () => null },
    csv: {
      async writeTable(path, headers, rows) {
        const { writeFile } = await import('node:fs/promises');
        const lines = [headers.join(',')];
        for await (const row of rows) lines.push(row.join(','));
        await writeFile(path, `\u{feff}${lines.join('\r\n')}\r\n`);
      },
      countPersonRows: async () => 1,
      dropPersonRows: async () => 1,
      async writeFailedRecords(path, layout, records) {
        const { writeFile } = await import('node:fs/promises');
        const lines = [[...layout.headers, 'error_code', 'error_field', 'error_reason', 'source_line'].join(',')];
        for await (const { cells, line, reasons } of records) {
          lines.push([...cells, reasons.map(({ code }) => code).join(' | '), '', '', line].join(','));
        }
        await writeFile(path, `\u{feff}${lines.join('\r\n')}\r\n`);
      },
    },
  };
}
