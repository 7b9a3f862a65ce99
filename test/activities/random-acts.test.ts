// Whatever happens to a client, in whatever order, what is accepted is right. Random files, settings, decisions, retries, undos, dying
// workers and writes of the application; after each act and at the end of each sequence the promises are looked at in the database.
// CONTRIBUTING.md says how to let it run for long, and how to repeat one sequence.

import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import type { ImportId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import { receiptName } from '../../src/domain/file/folder-files';
import { emailKeyOf, userNameKeyOf } from '../../src/domain/record/claims';
import { REASONS } from '../../src/domain/reason/reasons';
import type { RejectedRecord } from '../../src/domain/record/record';
import { aWorld, importsWith, servicesOf } from '../cli/fake-deps';
import { startWorld, type World } from '../support/in-process-import';
import { leftBy } from '../support/in-process-undo';
import { acts, type Act } from '../support/random-acts';
import { RandomClient } from '../support/random-client';

const { RANDOM_ACTS, RANDOM_ACTS_SEED: SEED } = process.env;
const SEQUENCES = Number(RANDOM_ACTS ?? 12);
/** Those of the suite are the same each time: whoever lets it run for long looks for new ones. */
const SEEDED = RANDOM_ACTS === undefined ? { seed: 7 } : SEED === undefined ? {} : { seed: Number(SEED) };

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

interface StoredUser {
  readonly _id: string;
  readonly status?: string;
  readonly email?: string;
  readonly userName?: string;
  readonly emailKey?: string;
  readonly userNameKey?: string;
  readonly firstName?: string;
  readonly loginSource?: string;
  readonly created?: { readonly importId: string };
  readonly archived?: { readonly importId: string; readonly undone?: true };
}
interface StoredPermit {
  readonly _id: string;
  readonly holder: string | null;
  readonly status: string;
  readonly releasedBy?: string;
  readonly releasedFrom?: string;
}
interface Snapshot {
  readonly users: ReadonlyMap<string, StoredUser>;
  readonly permits: ReadonlyMap<string, StoredPermit>;
}

async function snapshot({ clientId }: RandomClient): Promise<Snapshot> {
  const of = async <T extends { readonly _id: string }>(name: string) => {
    const found = (await world.db.collection(name).find({ clientId }).toArray()) as unknown as T[];
    return new Map(found.map((one) => [one._id, one]));
  };
  return { users: await of<StoredUser>('users'), permits: await of<StoredPermit>('permits') };
}

/** Two users each with one e-mail or user name, as compared. */
function sharedIn({ users }: Snapshot): ReadonlySet<string> {
  const shared = new Set<string>();
  const holders = new Map<string, string>();
  for (const { _id, email, userName } of [...users.values()].toSorted((a, b) => (a._id < b._id ? -1 : 1))) {
    const keys = [...(email ? [`email ${emailKeyOf(email)}`] : []), ...(userName ? [`userName ${userNameKeyOf(userName)}`] : [])];
    for (const key of keys) {
      const first = holders.get(key);
      if (first === undefined) holders.set(key, _id);
      else shared.add(`${key}: ${first} and ${_id}`);
    }
  }
  return shared;
}

function compareSnapshots(act: Act, before: Snapshot, after: Snapshot): void {
  if (act.kind === 'application' || act.kind === 'settings') return;
  const known = sharedIn(before);
  expect([...sharedIn(after)].filter((one) => !known.has(one))).toEqual([]);
  for (const permit of after.permits.values()) {
    const was = before.permits.get(permit._id)!;
    if (was.status === 'suspended') expect(permit).toEqual(was);
    if (permit.releasedBy === undefined || permit.releasedBy === was.releasedBy) continue;
    expect({ permit, status: after.users.get(permit.releasedFrom!)?.status }).toMatchObject({ status: 'archived' });
  }
}

async function rejectedOf(importId: ImportId): Promise<readonly RejectedRecord[]> {
  const rejected: RejectedRecord[] = [];
  for await (const record of world.ports.rejected.all(importId)) rejected.push(record);
  return rejected;
}

async function inJson(...args: string[]): Promise<unknown> {
  const services = { ...world.mongo, files: world.ports.files, standing: world.ports.standing, csv: world.ports.csv };
  const ran = await importsWith({ open: async () => ({ ...servicesOf(aWorld()), ...services }) }, aWorld(), '--json', ...args);
  expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: '' });
  return JSON.parse(ran.out);
}

/** Of an import that has just ended: nobody has undone any of it. */
async function checkCounts(client: RandomClient, { importId, counts, outcome, refusal }: ImportRun): Promise<void> {
  const { records, created, updated, unchanged, rejected, repeated, superseded, permitsReleased } = counts;
  // Nothing was done with the records of a declined file, and it has some all the same.
  if (outcome === 'declined') expect(records).toBeGreaterThan(0);
  expect(created + updated + unchanged + rejected + repeated + superseded).toBe(outcome === 'declined' ? 0 : records);
  const changes: number[] = [];
  for await (const line of world.ports.changes.lines(importId)) changes.push(line);
  const users = world.db.collection('users');
  expect({
    rejected: await world.ports.rejected.count(importId),
    updated: changes.length,
    created: await users.countDocuments({
      clientId: client.clientId,
      'created.importId': importId,
      'created.undoneAt': { $exists: false },
    }),
    permitsReleased: await world.ports.permits.countReleased(importId),
  }).toEqual({ rejected, updated, created, permitsReleased });
  if (refusal === null && outcome !== 'declined') expect(outcome).toBe(rejected > 0 ? 'imported-with-failures' : 'imported');
}

/** The client's copy, the e-mail, the command line and the database. */
async function checkAccounts(client: RandomClient, run: ImportRun): Promise<void> {
  const { importId, counts, outcome, backup, report } = run;
  const rejected = await rejectedOf(importId);
  for (const { reasons } of rejected) {
    expect(reasons.length).toBeGreaterThan(0);
    for (const { code, message } of reasons)
      expect({ code, known: code in REASONS, message }).toMatchObject({ known: true, message: expect.stringMatching(/\S.*\S/) });
  }
  expect(await inJson('show', importId)).toMatchObject({ counts, outcome, state: run.state, report });
  const told = rejected.map(({ line, uniqueId, reasons }) => ({ line, uniqueId, reasons }));
  expect(await inJson('rejected', importId)).toEqual(told);

  const name = backup!.slice('.bak/'.length);
  const receipt = JSON.parse(await world.readBackup(client.clientId, receiptName(name))) as { failedRecords: string | null };
  expect(receipt).toMatchObject({ importId, counts, outcome });
  const own = receipt.failedRecords === null ? [] : lines(await world.readBackup(client.clientId, receipt.failedRecords));
  if (run.stopped === undefined)
    expect(own).toEqual(rejected.map(({ line, reasons }) => [String(line), reasons.map(({ message }) => message).join(' | ')]));

  const mails = world.mails.filter(({ messageId }) => messageId.startsWith(`<${importId}@`) || messageId.startsWith(`<${importId}.report`));
  if (report === 'sent') {
    expect(mails.length).toBeGreaterThan(0);
    for (const { text, subject } of mails) {
      expect(subject).toBe(run.outcome === 'imported' ? 'CSV Import Report' : 'CSV Import Failed Records');
      expect(text).toContain(importId);
      if (run.stopped === undefined && counts.rejected > 0) expect(text).toMatch(new RegExp(`^Failed +${counts.rejected}$`, 'm'));
    }
  }
}

function lines(failedRecords: string): string[][] {
  const records = parse(failedRecords, { columns: true, bom: true }) as Record<string, string>[];
  return records.map(({ source_line, error_reason }) => [source_line!, error_reason!]);
}

const VALUES = ['status', 'email', 'userName', 'emailKey', 'userNameKey', 'firstName', 'loginSource'] as const;
const valuesOf = (user: StoredUser | undefined) => Object.fromEntries(VALUES.map((name) => [name, user?.[name]]));

/** Everything is undone: who was touched by imports alone stands as at first. */
async function checkFirstState(client: RandomClient, first: Snapshot): Promise<void> {
  const now = await snapshot(client);
  const left = new Map<string, string>();
  for (const { importId } of await client.runs()) {
    const isUndone = (await world.ports.undos.find(importId)) !== undefined;
    if (isUndone) for (const { userId, permit, why } of await leftBy(world.ports, importId)) left.set(permit ?? userId, why);
  }
  // In whose way somebody stands whom the application has written.
  const disturbed = new Set(client.touched);
  for (let size = -1; size !== disturbed.size;) {
    size = disturbed.size;
    for (const { _id, email, userName } of first.users.values()) {
      const isInTheWay = (other: StoredUser) =>
        disturbed.has(other._id) &&
        ((email !== undefined && other.email !== undefined && emailKeyOf(other.email) === emailKeyOf(email)) ||
          (userName !== undefined && other.userName !== undefined && userNameKeyOf(other.userName) === userNameKeyOf(userName)));
      if ([...now.users.values()].some((other) => other._id !== _id && isInTheWay(other))) disturbed.add(_id);
    }
  }
  for (const user of now.users.values()) {
    if (disturbed.has(user._id)) continue;
    const was = first.users.get(user._id);
    const why = left.get(user._id);
    if (was === undefined) expect({ ...user, why }).toMatchObject({ status: 'archived', archived: { undone: true } });
    else expect({ _id: user._id, why, ...valuesOf(user) }).toEqual({ _id: user._id, why, ...valuesOf(was) });
    if (was === undefined)
      expect([user.email, user.userName, user.emailKey, user.userNameKey]).toEqual([undefined, undefined, undefined, undefined]);
  }
  for (const permit of now.permits.values()) {
    const was = first.permits.get(permit._id)!;
    if (client.touched.has(permit._id) || (was.holder !== null && disturbed.has(was.holder))) continue;
    expect({ why: left.get(permit._id), holder: permit.holder, status: permit.status }).toMatchObject({
      holder: was.holder,
      status: was.status,
    });
  }
}

/** Undone from the last to the first, and again while that takes more back: an older import may have gone on late. */
async function undoEverything(client: RandomClient): Promise<void> {
  for (const importId of client.held) await client.decide(importId, 'decline');
  for (let round = 0; round < 4; round++) {
    const open = await client.undoable();
    if (open.length === 0) return;
    for (const { importId } of open.toReversed()) await client.undo(importId);
  }
}

it('keeps every promise, whatever happens to a client', async () => {
  let n = 0;
  const seen = { held: 0, failed: 0, undone: 0, rejected: 0, superseded: 0, permitsReleased: 0, left: 0 };
  await fc.assert(
    fc.asyncProperty(acts, async (sequence) => {
      const client = await RandomClient.start(world, `acts-${++n}`);
      const first = await snapshot(client);
      const looked = new Map<ImportId, string>();
      let before = first;
      const look = async (act: Act) => {
        const after = await snapshot(client);
        compareSnapshots(act, before, after);
        before = after;
        for (const run of await client.runs()) {
          if (run.state !== 'finished' && run.state !== 'undone') {
            if (run.state === 'held' || run.state === 'failed') seen[run.state]++;
            continue;
          }
          const known = looked.get(run.importId);
          if (known === `${run.state} ${run.report}`) continue;
          looked.set(run.importId, `${run.state} ${run.report}`);
          if (run.state === 'finished' && known === undefined) await checkCounts(client, run);
          if (run.state === 'undone') seen.undone++;
          await checkAccounts(client, run);
          if (run.counts.superseded > 0) seen.superseded++;
          if (run.counts.rejected > 0) seen.rejected++;
          if (run.counts.permitsReleased > 0) seen.permitsReleased++;
        }
      };
      for (const act of sequence) {
        await client.play(act);
        await look(act);
      }
      await undoEverything(client);
      await look({ kind: 'undo', which: 0, fate: { diesAt: 0, when: 'before', whatThen: 'another goes on' } });
      await checkFirstState(client, first);
    }),
    // With a seed the shortest sequence that breaks a promise is sought, which takes its time.
    { numRuns: SEQUENCES, endOnFailure: SEED === undefined, ...SEEDED },
  );
  if (SEQUENCES >= 100) console.log(JSON.stringify({ n, seen }));
}, 7_200_000);
