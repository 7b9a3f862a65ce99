// An import that would archive many users: its numbers are exact, nothing is written before somebody agrees, and what is decided is what
// happens, whatever else happened meanwhile.

import type { ActivityPorts } from '../../activities/activity-ports';
import { plannedChanges } from '../../activities/plan/check-file';
import type { PlannedChange } from '../../src/domain/file/checked-file';
import type { ClientId, ImportId } from '../../src/domain/ids';
import { NO_COUNTS, type HoldDecision, type ImportRun } from '../../src/domain/import-run';
import type { Watcher } from '../../workflows/import-file-steps';
import { endState, type EndState } from '../support/end-state';
import { copyOfClient } from '../support/copy-of-client';
import { claim, runImport, startWorld, stepsOver, type World, giveTurn } from '../support/in-process-import';
import { Killed, mortal } from '../support/mortal';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const HEADER = 'unique_id,login_source,first_name,user_name,email,active';
const USERS = 30;
const row = (n: number, change: { name?: string; email?: string; active?: string } = {}) =>
  `u${n},OPSCOM,${change.name ?? 'Ana'},n${n},${change.email ?? `e${n}@example.edu`},${change.active ?? '1'}`;
const fileOf = (...rows: string[]) => [HEADER, ...rows, ''].join('\r\n');
const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

/** 12 of 30 users inactive, some more changes, and a record that is rejected. */
const DANGEROUS = fileOf(
  ...numbers(0, 12).map((n) => row(n, { active: '0' })),
  row(12, { email: 'new12@example.edu' }),
  row(13, { email: 'E14@EXAMPLE.EDU', name: 'Ben' }),
  row(14, { email: 'e13@example.edu' }),
  row(15, { name: 'Cy' }),
  row(40, { active: '0' }),
  row(41),
  // The second of these is about nobody new: it only repeats.
  row(0, { active: '0' }),
);
const NUMBERS = { archives: 12, permits: 5, activeUsers: 30, emailChanges: 3, userNameChanges: 0 };

/** 30 active users; users 0 to 3 have permits, user 0 two of them; one permit is suspended, one is of somebody who stays. */
async function prepare(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name, { archiveOnInactive: true });
  await world.drop(clientId, 'first.csv', fileOf(...numbers(0, USERS).map((n) => row(n))));
  await world.importAll(clientId);
  const permit = (number: string, user: number, status = 'active') => ({
    _id: `${clientId}/${number}` as never,
    clientId,
    number,
    status,
    holder: `${clientId}/u${user}`,
  });
  await world.db
    .collection('permits')
    .insertMany([
      permit('a', 0),
      permit('b', 0),
      permit('c', 1),
      permit('d', 2),
      permit('e', 3),
      permit('f', 4, 'suspended'),
      permit('g', 20),
    ]);
  return clientId;
}

async function dropDangerous(clientId: ClientId): Promise<ImportId> {
  await world.drop(clientId, 'dangerous.csv', DANGEROUS);
  return (await claim(world.ports, clientId))[0]!.importId;
}

const by = { reason: 'a test', by: 'pat' };
type Ask = (until: number, summary: string) => Promise<HoldDecision | null>;
/** Somebody who decides at once, after `first` happened. */
const answering =
  (verdict: HoldDecision['verdict'], first: () => Promise<unknown> = async () => {}): Ask =>
  async () => {
    await first();
    return { verdict, ...by };
  };
const approvalBy = (decided: Ask): Partial<Watcher> => ({ approval: { open: () => {}, decided, close: () => {} } });
const run = (importId: ImportId, decided: Ask, ports: ActivityPorts = world.ports) =>
  runImport(ports, importId, stepsOver(ports), approvalBy(decided));

const users = (clientId: ClientId) => world.db.collection('users').find({ clientId }).sort({ _id: 1 }).toArray();
const statuses = async (clientId: ClientId) =>
  (await users(clientId)).filter(({ status }) => status === 'archived').map(({ uniqueId }) => String(uniqueId));
const theRun = async (importId: ImportId): Promise<ImportRun> => (await world.ports.imports.find(importId))!;
const mailsTo = (address: string, clientId: string) =>
  world.mails.filter(({ to, messageId }) => to === address && messageId.startsWith(`<${clientId}-`)).map(({ subject }) => subject);

describe('a file that would archive many users', () => {
  it('is held with exact numbers, which can be told user by user, before anything is written, tells the administrator, and lets the next file go on', async () => {
    const clientId = await prepare('numbers');
    const before = await users(clientId);
    const importId = await dropDangerous(clientId);
    const order: string[] = [];
    let seen: ImportRun | undefined;
    const changed: PlannedChange[] = [];
    const kept = (line: number, uniqueId: string) => ({ line, uniqueId, isArchived: false, permits: [], email: null, userName: null });
    const archived = (line: number, uniqueId: string) => ({ ...kept(line, uniqueId), isArchived: true });
    await runImport(world.ports, importId, stepsOver(world.ports), {
      enter: (state) => void order.push(state),
      turnIsOver: async () => void order.push('turn over'),
      ...approvalBy(async () => {
        order.push('asked');
        seen = await theRun(importId);
        for await (const one of plannedChanges(world.ports, importId)) changed.push(one);
        expect(await users(clientId)).toEqual(before);
        return { verdict: 'decline', ...by };
      }),
    });
    expect(seen).toMatchObject({ state: 'held', outcome: null, goAhead: null, held: { ...NUMBERS, decided: null } });
    expect(changed).toEqual([
      { ...archived(2, 'u0'), permits: ['a', 'b'] },
      { ...archived(3, 'u1'), permits: ['c'] },
      { ...archived(4, 'u2'), permits: ['d'] },
      { ...archived(5, 'u3'), permits: ['e'] },
      ...numbers(4, 12).map((n) => archived(n + 2, `u${n}`)),
      { ...kept(14, 'u12'), email: { was: 'e12@example.edu', willBe: 'new12@example.edu' } },
      { ...kept(15, 'u13'), email: { was: 'e13@example.edu', willBe: 'E14@EXAMPLE.EDU' } },
      { ...kept(16, 'u14'), email: { was: 'e14@example.edu', willBe: 'e13@example.edu' } },
    ]);
    expect(seen!.held!.until.getTime() - seen!.held!.since.getTime()).toBe(72 * 3_600_000);
    expect(order.slice(0, 4)).toEqual(['inspecting', 'held', 'turn over', 'asked']);
    expect(mailsTo('admin@parking.example', clientId)).toEqual([`Import ${importId} waits for approval: 12 users would be archived`]);
  });

  it('asks the present administrator when the e-mail is sent again, and keeps its other settings', async () => {
    const clientId = await prepare('asked-again');
    const importId = await dropDangerous(clientId);
    const steps = stepsOver(world.ports);
    await run(
      importId,
      answering('decline', async () => {
        const { settings } = (await world.ports.clients.find(clientId))!;
        const change = { replyToAdminEmail: 'new-admin@parking.example', failedImportEmail: 'later@parking.example' };
        await world.ports.clients.setSettings(clientId, { ...settings, ...change });
        await steps.prepareResend({ importId, kind: 'hold' });
        expect(await steps.sendHoldMail({ importId, kind: 'hold' })).toEqual({ report: 'sent' });
      }),
    );
    expect(mailsTo('new-admin@parking.example', clientId)).toHaveLength(1);
    expect((await theRun(importId)).settings).toMatchObject({
      replyToAdminEmail: 'new-admin@parking.example',
      failedImportEmail: `it@${clientId}.example`,
    });
  });

  it('counts its administrator as told once a reminder arrives, even if the first e-mail did not', async () => {
    const clientId = await prepare('told-late');
    const importId = await dropDangerous(clientId);
    const steps = stepsOver(world.ports);
    const untold = async () => [...(await world.ports.outbox.failedAmong([importId], 'hold'))];
    await run(
      importId,
      answering('decline', async () => {
        await steps.markReportFailed({ importId, kind: 'hold', why: 'No mailbox here.' });
        expect(await untold()).toEqual([importId]);
        expect(await steps.sendHoldMail({ importId, kind: 'hold-reminder' })).toEqual({ report: 'sent' });
        expect(await untold()).toEqual([]);
        expect(await world.ports.outbox.whyFailed(importId, 'hold')).toBeNull();
      }),
    );
  });

  it('does all of it when it is approved, and keeps who said so', async () => {
    const clientId = await prepare('approved');
    const importId = await dropDangerous(clientId);
    await run(importId, answering('approve'));
    expect(await theRun(importId)).toMatchObject({
      state: 'finished',
      outcome: 'imported-with-failures',
      counts: { records: 19, updated: 16, archived: 12, created: 1, rejected: 1, repeated: 1, permitsReleased: 5 },
      held: { ...NUMBERS, decided: { verdict: 'approve', ...by } },
    });
    expect(await statuses(clientId)).toHaveLength(12);
    expect(mailsTo('admin@parking.example', clientId)).toHaveLength(1);
  });

  it('archives nobody when it is approved without its archives, and imports the rest', async () => {
    const clientId = await prepare('without');
    const importId = await dropDangerous(clientId);
    await run(importId, answering('approve-without-archives'));
    expect((await theRun(importId)).counts).toMatchObject({
      updated: 4,
      unchanged: 12,
      archived: 0,
      created: 1,
      rejected: 1,
      inactiveIgnored: 12,
      permitsReleased: 0,
    });
    expect(await statuses(clientId)).toEqual([]);
  });

  const ends: readonly (readonly [what: string, ask: Ask, verdict: string, admin: number, says: string])[] = [
    ['declined', answering('decline'), 'decline', 1, 'The administrator declined it.'],
    ['left alone until its time is over', async () => null, 'timed-out', 2, 'Nobody approved it in time.'],
  ];
  it.each(ends)(
    'changes nobody when it is %s: file and receipt in .bak, and the client is told once',
    async (_, ask, verdict, admin, says) => {
      const clientId = await prepare(`ends-${verdict}`);
      const before = await users(clientId);
      const importId = await dropDangerous(clientId);
      await run(importId, ask);
      expect(await users(clientId)).toEqual(before);
      expect(await theRun(importId)).toMatchObject({
        state: 'finished',
        outcome: 'declined',
        report: 'sent',
        counts: { ...NO_COUNTS, records: 19 },
        held: { decided: { verdict } },
      });
      expect(await world.backups(clientId)).toEqual(['dangerous.csv', 'dangerous.result.json', 'first.csv', 'first.result.json']);
      expect(await world.readBackup(clientId, 'dangerous.csv')).toBe(DANGEROUS);
      expect(JSON.parse(await world.readBackup(clientId, 'dangerous.result.json'))).toMatchObject({ outcome: 'declined' });
      const told = world.mails.filter(({ to }) => to === `it@${clientId}.example`);
      expect(told.map(({ subject }) => subject)).toEqual(['CSV Import Failed Records']);
      expect(told[0]!.text.replace(/\s+/g, ' ')).toContain(says);
      expect(mailsTo('admin@parking.example', clientId)).toHaveLength(admin);
    },
  );

  it('reminds the administrator once, at half time', async () => {
    const clientId = await prepare('reminded');
    const importId = await dropDangerous(clientId);
    const asked: number[] = [];
    let told: string[] = [];
    await run(importId, async (until) => {
      asked.push(until);
      if (asked.length < 2) return null;
      told = mailsTo('admin@parking.example', clientId);
      return { verdict: 'approve', ...by };
    });
    const { since, until } = (await theRun(importId)).held!;
    expect(asked).toEqual([since.getTime() + 36 * 3_600_000, until.getTime()]);
    expect(told[1]).toMatch(new RegExp(`^Reminder: import ${importId} waits for approval until `));
    expect(told).toHaveLength(2);
  });
});

describe('an import that is approved after newer files', () => {
  it('leaves alone everybody of whom a newer file spoke, even those whom it found unchanged', async () => {
    const clientId = await prepare('newer');
    const held = await dropDangerous(clientId);
    // Users 0 and 1 are as they were: nothing is written, and yet the newer file has spoken of them. User 15 gets another name.
    const corrected = fileOf(row(0), row(1), row(15, { name: 'Zoe' }), row(50));
    let newer: ImportRun | undefined;
    await run(
      held,
      answering('approve', async () => {
        await world.drop(clientId, 'corrected.csv', corrected);
        [newer] = await world.importAll(clientId);
        // Kept as long as the older one may still go on.
        expect(await world.ports.files.readIds(newer!.importId)).toHaveLength(4);
      }),
    );
    expect(newer!.counts).toMatchObject({ unchanged: 2, updated: 1, created: 1 });
    expect((await theRun(held)).counts).toMatchObject({ records: 19, superseded: 3, archived: 10, repeated: 1, permitsReleased: 2 });
    expect(await statuses(clientId)).toEqual(
      numbers(2, 12)
        .map((n) => `u${n}`)
        .sort(),
    );
    const fifteen = (await users(clientId)).find(({ uniqueId }) => uniqueId === 'u15');
    expect(fifteen).toMatchObject({ firstName: 'Zoe' });
    expect(await world.ports.files.readIds(newer!.importId)).toBeUndefined();
  });

  it('is applied whole when the newer one was approved, too, and still waits for its turn', async () => {
    const clientId = await prepare('newer-waits');
    await dropDangerous(clientId);
    await world.drop(clientId, 'newer.csv', fileOf(...numbers(0, 20).map((n) => row(n, { name: 'Zoe', active: '0' }))));
    const [older, newer] = await claim(world.ports, clientId);
    const steps = stepsOver(world.ports);
    const settleHold: typeof steps.settleHold = async (input) => {
      const word = await steps.settleHold(input);
      await run(older!.importId, answering('approve'));
      return word;
    };
    await runImport(world.ports, newer!.importId, { ...steps, settleHold }, approvalBy(answering('approve')));
    expect((await theRun(older!.importId)).counts).toMatchObject({ superseded: 0, archived: 12 });
    expect((await theRun(newer!.importId)).counts).toMatchObject({ updated: 20, archived: 8 });
  });

  it('does not count a newer file that was declined itself', async () => {
    const clientId = await prepare('newer-declined');
    const older = await dropDangerous(clientId);
    await run(
      older,
      answering('approve', async () => {
        await world.drop(clientId, 'again.csv', fileOf(...numbers(0, 20).map((n) => row(n, { active: '0' }))));
        const [claimed] = await claim(world.ports, clientId);
        await run(claimed!.importId, answering('decline'));
        expect(await world.ports.files.readIds(claimed!.importId)).toBeUndefined();
      }),
    );
    expect((await theRun(older)).counts).toMatchObject({ superseded: 0, archived: 12 });
  });
});

const reads = async (clientId: ClientId, file: string) => {
  await world.drop(clientId, 'file.csv', file);
  const { importId } = (await claim(world.ports, clientId))[0]!;
  const calls: string[] = [];
  const spying: ActivityPorts = {
    ...world.ports,
    users: new Proxy(world.ports.users, {
      get(target, name, receiver) {
        calls.push(String(name));
        return Reflect.get(target, name, receiver) as unknown;
      },
    }),
  };
  const turn = await giveTurn(world.ports, importId);
  await stepsOver(world.ports).inspectFile({ importId, turn });
  const plan = await stepsOver(spying).planArchive({ importId, turn });
  return { kind: plan.kind, calls: [...new Set(calls)] };
};
const inactive = (many: number) => fileOf(...numbers(0, many).map((n) => row(n, { active: '0' })), row(29));

describe('the look at the numbers', () => {
  it('asks the database nothing when the client archives nobody', async () => {
    const clientId = await world.addClient('look-off', { archiveOnInactive: false });
    expect(await reads(clientId, inactive(29))).toEqual({ kind: 'decided', calls: [] });
  });

  it('asks the database nothing for fewer inactive records than the floor', async () => {
    const clientId = await prepare('look-floor');
    expect(await reads(clientId, inactive(9))).toEqual({ kind: 'decided', calls: [] });
  });

  it('only counts the active users when the inactive records are too small a part of them', async () => {
    const clientId = await prepare('look-share');
    await world.ports.clients.setSettings(clientId, {
      ...(await world.ports.clients.find(clientId))!.settings,
      holdAbove: { archives: 50, percent: 50, floor: 10 },
    });
    expect(await reads(clientId, inactive(15))).toEqual({ kind: 'decided', calls: ['countActive'] });
  });

  it('works the file through when it might, and finds that most inactive records archive nobody', async () => {
    const clientId = await prepare('look-harmless');
    const { kind, calls } = await reads(clientId, fileOf(...numbers(100, 120).map((n) => row(n, { active: '0' }))));
    expect([kind, calls]).toEqual(['decided', expect.arrayContaining(['countActive', 'read'])]);
  });
});

describe('a held import that is started again', () => {
  it('waits again within its old term, and asks the administrator no second time', async () => {
    const clientId = await prepare('terminated');
    const importId = await dropDangerous(clientId);
    class Terminated extends Error {}
    const terminated = run(importId, async () => {
      throw new Terminated();
    });
    await expect(terminated).rejects.toThrow(Terminated);
    const first = (await theRun(importId)).held!;

    let again: ImportRun | undefined;
    await run(importId, async () => {
      again = await theRun(importId);
      return { verdict: 'approve', ...by };
    });
    expect(again).toMatchObject({ state: 'held', held: { ...NUMBERS, since: first.since, until: first.until } });
    expect(mailsTo('admin@parking.example', clientId)).toHaveLength(1);
    expect((await theRun(importId)).counts).toMatchObject({ archived: 12 });
  });

  it('gets a term of its own when the old one is over', async () => {
    const clientId = await prepare('late');
    const importId = await dropDangerous(clientId);
    await expect(run(importId, () => Promise.reject(new Killed()))).rejects.toThrow(Killed);
    const { until } = (await theRun(importId)).held!;
    const later: ActivityPorts = { ...world.ports, clock: { now: () => new Date(until.getTime() + 1) } };
    let again: ImportRun | undefined;
    await run(
      importId,
      async () => {
        again = await theRun(importId);
        return { verdict: 'decline', ...by };
      },
      later,
    );
    expect(again!.held!.since.getTime()).toBe(until.getTime() + 1);
  });

  it.each(['approve', 'approve-without-archives', 'decline'] as const)('after %s goes by that word and asks nobody', async (verdict) => {
    const clientId = await prepare(`kept-${verdict}`);
    const importId = await dropDangerous(clientId);
    const steps = stepsOver(world.ports);
    const broken = { ...steps, applyChunk: () => Promise.reject(new Killed()), backUpFile: () => Promise.reject(new Killed()) };
    await expect(runImport(world.ports, importId, broken, approvalBy(answering(verdict)))).rejects.toThrow(Killed);
    const result = await run(importId, () => Promise.reject(new Error('nobody is to be asked')));
    expect(result).toMatchObject({ outcome: verdict === 'decline' ? 'declined' : 'imported-with-failures' });
    expect(await statuses(clientId)).toHaveLength(verdict === 'approve' ? 12 : 0);
  });
});

/** A step that dies is run again by a process that lives, as Temporal does. */
const again = (first: (input: never) => Promise<unknown>, second: (input: never) => Promise<unknown>) => (input: never) =>
  first(input).catch((error: unknown) => {
    if (error instanceof Killed) return second(input);
    throw error;
  });

const archived = ({ users: all }: EndState) => (all as { status?: string }[]).filter(({ status }) => status === 'archived').length;

describe.each(['approve', 'decline'] as const)('a held import with the word %s whose process is killed', (verdict) => {
  beforeAll(() => prepare(`template-${verdict}`));
  const end = async (name: string, dies: Parameters<typeof mortal>[1]) => {
    const clientId = await copyOfClient(world, `template-${verdict}`, name);
    const importId = await dropDangerous(clientId);
    const { ports, seen } = mortal(world.ports, dies);
    const living = stepsOver(world.ports, 2);
    const doomed = stepsOver(ports);
    const steps = Object.fromEntries(
      (Object.keys(living) as (keyof typeof living)[]).map((step) => [step, again(doomed[step], living[step])]),
    ) as unknown as typeof living;
    let asked = 0;
    await runImport(
      world.ports,
      importId,
      steps,
      approvalBy(async () => (asked++ === 0 ? null : { verdict, ...by })),
    );
    const mails = new Set(world.mails.filter(({ messageId }) => messageId.startsWith(`<${importId}.`)).map(({ messageId }) => messageId));
    const { held } = await theRun(importId);
    const state = await endState(world.db, world.dataDir, clientId);
    return { calls: seen.calls, last: seen.last, there: { ...state, mails: mails.size, decided: held?.decided?.verdict } };
  };

  it('ends as it would have', async () => {
    const { calls, there } = await end(`hold-${verdict}-undisturbed`, { at: 0, when: 'before' });
    expect(there).toMatchObject({ mails: 3, imports: [{}, { outcome: verdict === 'approve' ? 'imported-with-failures' : 'declined' }] });
    expect(archived(there)).toBe(verdict === 'approve' ? 12 : 0);
    for (let at = 1; at <= calls; at++) {
      // Dead before a call is dead after the one that came before it.
      for (const when of at === 1 ? (['before', 'after'] as const) : (['after'] as const)) {
        const killed = await end(`hold-${verdict}-${when}-${at}`, { at, when });
        try {
          expect(killed.there).toEqual(there);
        } catch (error) {
          throw new Error(`killed ${when} call ${at} (${killed.last}): ${(error as Error).message}`, { cause: error });
        }
      }
    }
  });
});
