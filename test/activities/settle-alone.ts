// Settles many lines that all wait for one another, one circle of them, in a process of its own, over a world that makes up its records
// as it is asked for them. Prints how many were settled and the most memory that the process ever held, in bytes: the tests that ran
// before in a process leave garbage that says nothing about the step.

import { readFileSync } from 'node:fs';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { ActivityPorts } from '../../activities/activity-ports';
import { createActivities } from '../../activities';
import { newRun } from '../../activities/claim/claim-ready-files';
import { planImport } from '../../activities/plan/plan-import';
import { DEFAULT_SETTINGS, type Client } from '../../src/domain/client';
import { importIdOf, parseClientId, userIdOf, type UserId } from '../../src/domain/ids';
import { NO_COUNTS, type ImportRun } from '../../src/domain/import-run';
import type { CheckedRecord, RawRow } from '../../src/domain/record/record';
import type { User } from '../../src/domain/user';

const PER_CHUNK = 5_000;
const HEADERS = ['unique_id', 'login_source', 'email'];
const clientId = parseClientId('acme')!;
const importId = importIdOf(clientId, 1);
const settings = { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'admin@acme.example' };
const client: Client = { clientId, enabled: true, settings };
const layout = { encoding: 'utf-8', delimiter: ',', headers: HEADERS, ignoredHeaders: [], droppedBack: false } as const;

/** Record n says that user n has the e-mail of the next one; the last one wants the first one's. */
function worldOf(count: number) {
  const chunks = Math.ceil(count / PER_CHUNK);
  const run: ImportRun = {
    ...newRun(clientId, 1, { name: 'users.csv', bytes: 1, inode: '1', changedAt: new Date() }),
    startedAt: new Date(),
    state: 'applying',
    layout,
    chunks,
    settings,
  };
  const emailOf = (n: number) => `user${n % count}@example.edu`;
  const idOf = (n: number) => `u${n}`;
  const numberOf = (userId: UserId) => Number(userId.slice('acme/u'.length));
  const recordOf = (line: number): CheckedRecord => ({
    line,
    uniqueId: idOf(line - 2),
    values: { loginSource: 'OPSCOM', email: emailOf(line - 1) },
    active: null,
    reasons: [],
  });
  const userOf = (n: number, email: string, more: Partial<User> = {}): User => ({
    userId: userIdOf(clientId, idOf(n)),
    clientId,
    uniqueId: idOf(n),
    status: 'active',
    rev: 2,
    values: { loginSource: 'OPSCOM', email },
    ...more,
  });
  const linesOf = (n: number) => Array.from({ length: Math.min(PER_CHUNK, count - n * PER_CHUNK) }, (_, at) => n * PER_CHUNK + at + 2);
  const seen = { settled: 0 };
  const results = async function* () {
    for (let n = 0; n < chunks; n++) {
      yield { n, result: { counts: NO_COUNTS, releaseFor: [], left: [], deferred: linesOf(n) } };
    }
  };
  const parts = {
    chunkResults: results,
    putSettled: async (_: unknown, { lines }: { readonly lines: readonly number[] }) => ((seen.settled += lines.length), true),
    async *settled() {},
  };
  const holders =
    (shift: number) =>
    async (_: unknown, { emails }: { readonly emails: readonly string[] }) => ({
      emails: new Map(
        emails.map((email) => [email, userIdOf(clientId, idOf((Number(email.slice(4, email.indexOf('@'))) + shift) % count))]),
      ),
      userNames: new Map(),
    });
  const read = async (ids: readonly UserId[]) => new Map(ids.map((id) => [id, userOf(numberOf(id), emailOf(numberOf(id)))]));
  const written = async (_: unknown, writes: readonly unknown[]) => writes.map(() => 'written' as const);
  const ports = {
    clients: { find: async () => client },
    imports: { ...parts, find: async () => run, newerApplied: async () => [], hasTurn: async () => true, updateIf: async () => true },
    undos: { ...parts, find: async () => undefined },
    deferred: {
      read: async (_: unknown, lines: readonly number[]) => new Map(lines.map((line) => [line, recordOf(line)])),
      remove: async () => undefined,
    },
    rejected: { remove: async () => undefined, put: async () => undefined, async *all() {} },
    changes: {
      read: async (_: unknown, which: { readonly lines?: readonly number[] }) =>
        (which.lines ?? []).map((line) => ({
          importId,
          line,
          userId: userIdOf(clientId, idOf(line - 2)),
          decision: 'update' as const,
          rev: 1,
          before: { email: emailOf(line - 2) },
          after: { email: emailOf(line - 1) },
          at: new Date(0),
        })),
      markUndone: async () => undefined,
      discard: async () => undefined,
    },
    users: {
      read,
      compare: (records: ReadonlyMap<UserId, unknown>) => read([...records.keys()]),
      holders: holders(0),
      write: written,
      restore: written,
      releaseKeys: async () => undefined,
      restoreKeys: async () => undefined,
      async *repairKeys() {},
      countActive: async () => count,
    },
    groups: { find: async () => new Map() },
    permits: { countActiveOf: async () => 0 },
    csv: {
      async readChunk(_: unknown, __: unknown, { n }: { readonly n: number }): Promise<Iterable<RawRow>> {
        return [...linesOf(n)].map((line) => ({ line, cells: [idOf(line - 2), 'OPSCOM', emailOf(line - 1)] }));
      },
    },
    clock: { now: () => new Date() },
  };
  /** As the import left them: each has the e-mail of the next one. */
  const imported = async (ids: readonly UserId[]) =>
    new Map(
      ids.map((id) => {
        const n = numberOf(id);
        return [id, userOf(n, emailOf(n + 1), { imported: { importId, seq: 1, line: n + 2, decision: 'update' } })];
      }),
    );
  const asked = { turn: 1, failure: null, finishedAt: null };
  const undone = {
    ...ports,
    undos: { ...parts, partsOf: () => parts, find: async () => asked },
    users: { ...ports.users, read: imported, holders: holders(count - 1) },
  };
  return { run, chunks, seen, ports: ports as unknown as ActivityPorts, undone: undone as unknown as ActivityPorts };
}

async function settleAlone(what: string, count: number): Promise<void> {
  const { run, chunks, seen, ports, undone } = worldOf(count);
  const environment = new MockActivityEnvironment();
  let settled = 0;
  if (what === 'apply') await environment.run(createActivities(ports).applyDeferred, { importId, turn: 1 });
  if (what === 'undo') await environment.run(createActivities(undone).undoDeferred, { importId, turn: 1 });
  if (what === 'plan') {
    const source = {
      context: { run, client, isSuperseded: () => false },
      paths: { sourcePath: '', textPath: '' },
      chunks: async function* () {
        for (let n = 0; n < chunks; n++) yield { n, start: 0, end: 0, firstLine: 0, records: PER_CHUNK, marks: [] };
      },
    };
    settled = (await planImport(ports, source)).counts.updated;
  }
  // Not `maxRSS`: that counts what the process was before it became this program.
  const bytes = Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
  process.stdout.write(JSON.stringify({ settled: settled || seen.settled, bytes }));
}

void settleAlone(process.argv[2]!, Number(process.argv[3]));
