// The dry run tells the truth: on a thousand generated databases and files, cut into chunks at random, what `imports check` says and what
// an import of the same file then does are the same, to the last count and reason; and the dry run has written nothing.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { checkFile } from '../../activities/plan/check-file';
import { newRun } from '../../activities/claim/claim-ready-files';
import type { ActivityPorts } from '../../activities/activity-ports';
import { emailKeyOf, userNameKeyOf } from '../../src/domain/record/claims';
import type { ClientSettings } from '../../src/domain/client';
import { importIdOf, type ClientId } from '../../src/domain/ids';
import type { CsvFiles } from '../../src/ports';
import type { Chunk } from '../../src/domain/file/inspection';
import { runImport, startWorld, type World } from '../support/in-process-import';

const RUNS = Number(process.env['CHECK_RUNS'] ?? 150);
const PEOPLE = 14;
const NUMBERS = Array.from({ length: PEOPLE + 4 }, (_, n) => n);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

interface Person {
  readonly id: number;
  readonly email: number | null;
  readonly userName: number | null;
  readonly firstName: string;
  readonly archived: boolean;
  readonly permits: number;
}

const person = fc.record({
  firstName: fc.constantFrom('Ana', 'Ben'),
  archived: fc.nat(3).map((n) => n === 0),
  permits: fc.nat(2),
});
/** Few values for many people: conflicts, swaps and chains are the rule. */
const people: fc.Arbitrary<Person[]> = fc
  .tuple(
    fc.uniqueArray(fc.nat(PEOPLE), { maxLength: PEOPLE }),
    fc.shuffledSubarray(Array.from({ length: PEOPLE + 1 }, (_, n) => n)),
    fc.shuffledSubarray(Array.from({ length: PEOPLE + 1 }, (_, n) => n)),
    fc.array(person, { minLength: PEOPLE + 1, maxLength: PEOPLE + 1 }),
  )
  .map(([ids, emails, userNames, rest]) =>
    ids.map((id, at) => ({ id, email: emails[at] ?? null, userName: userNames[at] ?? null, ...rest[at]! })),
  );

const often = (value: fc.Arbitrary<string>, odd: readonly string[]) =>
  fc.oneof({ arbitrary: value, weight: 12 }, { arbitrary: fc.constantFrom(...odd), weight: 1 });
const oneOf = (name: (n: number) => string) => fc.nat(PEOPLE + 3).map(name);
const row = fc.record({
  unique_id: often(
    oneOf((n) => `u${n}`),
    ['', 'x'.repeat(60)],
  ),
  login_source: often(fc.constant('OPSCOM'), ['', 'NOPE']),
  first_name: often(fc.constantFrom('Ana', 'Ben', ''), ['y'.repeat(51)]),
  user_name: often(fc.oneof(oneOf(userNameOf), fc.constant('')), ['z'.repeat(51)]),
  email: often(
    fc.oneof(
      oneOf(emailOf),
      oneOf(emailOf).map((email) => email.toUpperCase()),
      fc.constant(''),
    ),
    ['no address'],
  ),
  active: often(fc.constantFrom('', '0', '1', '1'), ['maybe']),
});
type Row = typeof row extends fc.Arbitrary<infer R> ? R : never;
/** Nobody and nothing twice: only so do records meet users instead of each other. */
const neatRows: fc.Arbitrary<Row[]> = fc
  .tuple(
    fc.shuffledSubarray(NUMBERS, { minLength: 3 }),
    fc.shuffledSubarray([...NUMBERS, null, null], { minLength: 6 }),
    fc.shuffledSubarray([...NUMBERS, null, null], { minLength: 6 }),
    fc.array(row, { minLength: PEOPLE + 4, maxLength: PEOPLE + 4 }),
  )
  .map(([ids, emails, userNames, rest]) =>
    ids.map((id, at) => {
      const email = emails[at] ?? null;
      const userName = userNames[at] ?? null;
      const { first_name, active } = rest[at]!;
      return {
        unique_id: `u${id}`,
        login_source: 'opscom',
        first_name: first_name.slice(0, 50),
        user_name: userName === null ? '' : userNameOf(userName),
        email: email === null ? '' : emailOf(email),
        active: active === 'maybe' ? '0' : active,
      };
    }),
  );
const rowsOfFile = fc
  .tuple(neatRows, fc.array(row, { maxLength: 3 }), fc.boolean())
  .map(([neat, odd, first]) => (first ? [...odd, ...neat] : [...neat, ...odd]));
const HEADERS = ['unique_id', 'login_source', 'first_name', 'user_name', 'email', 'active'] as const;

const settings: fc.Arbitrary<Partial<ClientSettings>> = fc.record({
  archiveOnInactive: fc.boolean(),
  reactivateOnActive: fc.boolean(),
  requiredFields: fc.constantFrom([], ['email']),
  holdAbove: fc.constant({ archives: 1_000, percent: 100, floor: 1_000 }),
});

function emailOf(n: number): string {
  return `e${n}@example.edu`;
}
function userNameOf(n: number): string {
  return `n${n}`;
}

async function populate(clientId: ClientId, all: readonly Person[]): Promise<void> {
  const users = all.map(({ id, email, userName, firstName, archived }) => ({
    _id: `${clientId}/u${id}` as never,
    clientId,
    uniqueId: `u${id}`,
    firstName,
    status: archived ? 'archived' : 'active',
    rev: 1,
    ...(email !== null && { email: emailOf(email), emailKey: `${clientId}/${emailKeyOf(emailOf(email))}` }),
    ...(userName !== null && { userName: userNameOf(userName), userNameKey: `${clientId}/${userNameKeyOf(userNameOf(userName))}` }),
  }));
  const permits = all.flatMap(({ id, permits: many }) =>
    Array.from({ length: many }, (_, n) => ({
      _id: `${clientId}/u${id}/${n}` as never,
      clientId,
      number: `${id}-${n}`,
      status: 'active',
      holder: `${clientId}/u${id}`,
    })),
  );
  if (users.length > 0) await world.db.collection('users').insertMany(users);
  if (permits.length > 0) await world.db.collection('permits').insertMany(permits);
}

async function everything(clientId: ClientId) {
  const of = (name: string) => world.db.collection(name).find({ clientId }).sort({ _id: 1 }).toArray();
  return { users: await of('users'), permits: await of('permits'), imports: await of('imports') };
}

/** The real inspection, its one chunk cut into pieces of so many lines: takeovers across chunks are the hard part. */
function cutInto(csv: CsvFiles, lines: number): CsvFiles {
  return {
    ...csv,
    async inspect(file, ...rest) {
      const inspection = await csv.inspect(file, ...rest);
      if (inspection.verdict.kind === 'refused') return inspection;
      const [whole] = inspection.verdict.chunks;
      const text = await readFile(file.sourcePath, 'utf8');
      const chunks: Chunk[] = [];
      let start = whole!.start;
      for (let record = 0; record < whole!.records; record += lines) {
        const records = Math.min(lines, whole!.records - record);
        let end = start;
        for (let n = 0; n < records; n++) end = text.indexOf('\n', end) + 1;
        const firstLine = whole!.firstLine + record;
        const marks = whole!.marks.filter(({ line }) => line >= firstLine && line < firstLine + records);
        chunks.push({ n: chunks.length, start, end, firstLine, records, marks });
        start = end;
      }
      return { ...inspection, verdict: { ...inspection.verdict, chunks } };
    },
  };
}

async function importIt(ports: ActivityPorts, clientId: ClientId, content: string) {
  const importId = importIdOf(clientId, 1);
  const source = ports.files.sourcePath(importId);
  await mkdir(path.dirname(source), { recursive: true });
  await writeFile(source, content);
  const file = { name: 'users.csv', bytes: content.length, inode: '1', changedAt: new Date() };
  await ports.imports.insert({ ...newRun(clientId, 1, file), state: 'queued' });
  await runImport(ports, importId);
  const rejected: unknown[] = [];
  for await (const { line, uniqueId, reasons } of ports.rejected.all(importId)) rejected.push({ line, uniqueId, reasons });
  return { run: (await ports.imports.find(importId))!, rejected };
}

type Stored = Awaited<ReturnType<typeof everything>>['users'];

/** Users who had a value and have another now. */
function changed(field: 'email' | 'userName', before: Stored, after: Stored): number {
  const now = new Map(after.map((user) => [String(user._id), user[field] as unknown]));
  return before.filter((user) => user[field] !== undefined && user[field] !== now.get(String(user._id))).length;
}

it('foretells every count, every rejected record with all its reasons, and every number of the hold rule', async () => {
  let n = 0;
  const seen = { contested: 0, archived: 0, rejected: 0, permitsReleased: 0 };
  await fc.assert(
    fc.asyncProperty(people, rowsOfFile, settings, fc.integer({ min: 1, max: 12 }), async (all, rows, change, lines) => {
      const clientId = await world.addClient(`agree-${++n}`, change);
      await populate(clientId, all);
      const content = [HEADERS.join(','), ...rows.map((cells) => HEADERS.map((header) => cells[header]).join(',')), ''].join('\n');
      const ports: ActivityPorts = { ...world.ports, csv: cutInto(world.ports.csv, lines) };
      const sourcePath = path.join(world.dataDir, `check-${n}.csv`);
      await writeFile(sourcePath, content);
      const before = await everything(clientId);

      const checked = await checkFile(ports, {
        client: (await ports.clients.find(clientId))!,
        fileName: 'users.csv',
        sourcePath,
        textPath: `${sourcePath}.text`,
        idsPath: `${sourcePath}.ids`,
        failedRecordsPath: null,
      });
      expect(await everything(clientId)).toEqual(before);
      const { run, rejected } = await importIt(ports, clientId, content);
      const after = await everything(clientId);

      expect(checked.counts).toEqual(run.counts);
      expect(checked.reasonCounts).toEqual(run.reasonCounts);
      expect(checked.firstRejected).toEqual(rejected.slice(0, 10));
      expect(checked.numbers).toEqual({
        archives: run.counts.archived,
        permits: run.counts.permitsReleased,
        activeUsers: all.filter(({ archived }) => !archived).length,
        emailChanges: changed('email', before.users, after.users),
        userNameChanges: changed('userName', before.users, after.users),
      });
      if ((run.reasonCounts['9019'] ?? 0) > 0) seen.contested++;
      for (const key of ['archived', 'rejected', 'permitsReleased'] as const) if (run.counts[key] > 0) seen[key]++;
    }),
    { numRuns: RUNS },
  );
  // The generator reaches what is to be compared.
  for (const times of Object.values(seen)) expect(times).toBeGreaterThan(RUNS / 20);
}, 3_600_000);
