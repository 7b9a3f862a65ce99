// A client whose upload stays in its place (`profile: agylia`): one import for each version of it, whatever happens in between; a status
// report, a log and one e-mail for each import.

import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { ActivityPorts } from '../../activities/activity-ports';
import type { ClientSettings } from '../../src/domain/client';
import type { ClientId, ImportId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, type World, putInto } from '../support/in-process-import';
import { undo } from '../support/in-process-undo';
import { Killed, mortal } from '../support/mortal';
import { sleepy } from '../support/sleepy';

const UPLOAD = 'uploads/user-import.csv';
const HEADER = 'username,forename,surname,mail,groups,active\r\n';
const FIRST = `${HEADER}ana,Ana,López,ana@learn.example,Staff; sales,1\r\nben,Ben,Ng,not an address,Staff,1\r\n=cy,Cy,Oz,,STAFF,\r\n`;
const SECOND = `${HEADER}ana,Anna,López,ana@learn.example,SALES;staff,1\r\n`;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const addClient = (name: string, settings: Partial<ClientSettings> = {}) => world.addClient(name, { profile: 'agylia', ...settings });
const inFolder = (clientId: ClientId, ...names: string[]) => path.join(world.dataDir, 'clients', clientId, ...names);
const names = async (clientId: ClientId, folder: string) => (await readdir(inFolder(clientId, folder))).toSorted();
const logOf = async (clientId: ClientId) =>
  (await readFile(inFolder(clientId, 'log', 'user-import.log'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^\S+ /, ''));
const reportsOf = async (clientId: ClientId) => {
  const reports = await names(clientId, 'reports');
  return Promise.all(reports.map((name) => readFile(inFolder(clientId, 'reports', name), 'utf8')));
};
const mailsTo = (clientId: ClientId) => world.mails.filter(({ to }) => to === `it@${clientId}.example`);

describe('headings among the users', () => {
  const WITH_HEADINGS = `${HEADER}Faculty of Arts,,,,,\r\nana,Ana,López,,Staff,1\r\nVan Gogh,Vincent,,,,\r\nFaculty of Law,,,,,\r\nFront Desk,,,,,1\r\ncy,,,,,\r\n`;

  it('do not become users, also of a first file', async () => {
    const clientId = await addClient('headings');
    await world.drop(clientId, UPLOAD, WITH_HEADINGS);
    const [run] = await world.importAll(clientId);
    expect(run).toMatchObject({ counts: { records: 6, created: 4, rejected: 2 }, reasonCounts: { NOT_A_USER: 2 } });
    const [report] = await reportsOf(clientId);
    expect(report).toContain('2,Faculty of Arts,failure,NOT_A_USER,,"This line fills one column only, as a heading does; remove it,');
    const users = await world.db.collection('users').find({ clientId }).sort({ _id: 1 }).toArray();
    expect(users.map(({ uniqueId }) => uniqueId)).toEqual(['Front Desk', 'Van Gogh', 'ana', 'cy']);
  });

  it('are told from users that a former file made', async () => {
    const clientId = await addClient('known-words');
    await world.drop(clientId, UPLOAD, `${HEADER}Faculty of Arts,Fay,,,,\r\n`);
    await world.importAll(clientId);
    await world.drop(clientId, UPLOAD, WITH_HEADINGS);
    const [run] = await world.importAll(clientId);
    expect(run).toMatchObject({ counts: { records: 6, created: 4, unchanged: 1, rejected: 1 } });
  });

  it.each([
    ['no column but their names', 'username\r\nAna Lopez\r\nBen Ng\r\n'],
    ['no value but their names', `${HEADER}Ana Lopez,,,,,\r\nBen Ng,,,,,\r\n`],
  ])('are not sought in a file with %s', async (what, content) => {
    const clientId = await addClient(what.replaceAll(' ', '-'));
    await world.drop(clientId, UPLOAD, content);
    const [run] = await world.importAll(clientId);
    expect(run).toMatchObject({ outcome: 'imported', counts: { records: 2, created: 2 } });
  });
});

describe('one version of the upload', () => {
  it('is imported once, stays where it is, and is answered record by record', async () => {
    const clientId = await addClient('once');
    await world.drop(clientId, UPLOAD, FIRST);
    const [run, ...others] = await world.importAll(clientId);
    expect(others).toEqual([]);
    expect(run).toMatchObject({ state: 'finished', outcome: 'imported-with-failures', report: 'sent', backup: null });
    expect(await readFile(inFolder(clientId, UPLOAD), 'utf8')).toBe(FIRST);
    expect(await readdir(inFolder(clientId))).toEqual(['log', 'reports', 'tmp', 'uploads']);
    expect(await readdir(path.join(world.dataDir, 'work'))).toEqual([]);

    const [report] = await reportsOf(clientId);
    expect(report).toBe(
      '\ufeffsource_line,username,result,error_code,error_field,error_reason\r\n' +
        '2,ana,success,,,\r\n' +
        '3,ben,failure,9033,mail,"mail is not a valid e-mail address, such as name@example.org; correct it."\r\n' +
        "4,'=cy,success,,,\r\n",
    );
    expect(mailsTo(clientId)).toEqual([expect.objectContaining({ subject: 'User Import Status Report: some records failed' })]);
    expect(mailsTo(clientId)[0]?.attachment?.path).toBe(inFolder(clientId, 'reports', (await names(clientId, 'reports'))[0]!));
  });

  it('is a line in the log when a scan finds it again, and no import', async () => {
    const clientId = await addClient('again');
    await world.drop(clientId, UPLOAD, FIRST);
    const [run] = await world.importAll(clientId);
    const [sha1] = await names(clientId, 'tmp');
    const before = await logOf(clientId);
    expect(await world.importAll(clientId)).toEqual([]);
    // The same bytes, uploaded anew.
    await world.drop(clientId, UPLOAD, FIRST);
    expect(await world.importAll(clientId)).toEqual([]);
    const skipped = `- skipped: this version was taken before, as ${run!.importId}; delete /tmp/${sha1!} to import it again`;
    expect((await logOf(clientId)).slice(before.length)).toEqual([skipped, skipped]);
    expect(mailsTo(clientId)).toHaveLength(1);
  });

  it('is no news while its import is at work', async () => {
    const clientId = await addClient('no-news');
    await world.drop(clientId, UPLOAD, FIRST);
    await world.importAll(clientId);
    const before = await logOf(clientId);
    await putInto(world, `${clientId}-1` as ImportId, 'reporting');
    await claim(world.ports, clientId);
    expect(await logOf(clientId)).toEqual(before);
  });

  it('is imported again when its hash file was removed, and so is another version', async () => {
    const clientId = await addClient('versions');
    await world.drop(clientId, UPLOAD, FIRST);
    await world.importAll(clientId);
    for (const name of await names(clientId, 'tmp')) await rm(inFolder(clientId, 'tmp', name));
    const [again] = await world.importAll(clientId);
    expect(again).toMatchObject({ seq: 2, sameAs: `${clientId}-1`, report: 'sent', counts: { unchanged: 2, rejected: 1 } });
    await world.drop(clientId, UPLOAD, SECOND);
    const [second] = await world.importAll(clientId);
    expect(second).toMatchObject({ seq: 3, outcome: 'imported', counts: { records: 1, updated: 1 } });
    expect(await names(clientId, 'tmp')).toHaveLength(2);
    expect((await reportsOf(clientId)).length).toBe(3);
    expect(mailsTo(clientId).map(({ subject }) => subject)).toEqual([
      'User Import Status Report: some records failed',
      'User Import Status Report: some records failed',
      'User Import Status Report: all records imported',
    ]);
  });

  it('that is replaced before it was taken is imported as what it is now', async () => {
    const clientId = await addClient('replaced');
    await world.drop(clientId, UPLOAD, FIRST);
    const ports = sleepy(world.ports, { store: 'standing', method: 'claimCopy' }, () => world.drop(clientId, UPLOAD, SECOND));
    expect(await claim(ports, clientId)).toEqual([]);
    const runs = await world.importAll(clientId);
    expect(runs.map(({ counts }) => counts.records)).toEqual([1]);
  });

  it('is imported once by two workers that found it at the same time', async () => {
    const clientId = await addClient('two-workers');
    await world.drop(clientId, UPLOAD, FIRST);
    const ports = sleepy(world.ports, { store: 'imports', method: 'insert' }, async () => void (await world.importAll(clientId)));
    expect(await claim(ports, clientId)).toEqual([]);
    expect(await world.ports.imports.list({ clientIds: [clientId], limit: 10 })).toEqual([expect.objectContaining({ state: 'finished' })]);
    expect(mailsTo(clientId)).toHaveLength(1);
    expect(await readdir(path.join(world.dataDir, 'work'))).toEqual([]);
  });

  it('leaves nothing behind when a worker wakes up late with its copy', async () => {
    const clientId = await addClient('late-copy');
    await world.drop(clientId, UPLOAD, FIRST);
    const ports = sleepy(world.ports, { store: 'standing', method: 'claimCopy' }, async () => void (await world.importAll(clientId)));
    expect(await claim(ports, clientId)).toEqual([]);
    expect((await world.ports.imports.list({ clientIds: [clientId], limit: 10 })).map(({ state }) => state)).toEqual(['finished']);
    expect(await world.ports.files.workFolders()).toEqual([expect.objectContaining({ holdsFile: false })]);
    await world.ports.files.cleanUp(`${clientId}-1` as ImportId, false);
  });

  it('that waits for approval is not started a second time, and a declined one says so in its report', async () => {
    const clientId = await addClient('held', { archiveOnInactive: true, holdAbove: { archives: 0, percent: 100, floor: 0 } });
    await world.drop(clientId, UPLOAD, SECOND);
    await world.importAll(clientId);
    await world.drop(clientId, UPLOAD, SECOND.replace('SALES;staff,1', 'SALES;staff,0'));
    const [held] = await claim(world.ports, clientId);
    const approval = {
      open: () => {},
      close: () => {},
      decided: async () => {
        expect(await claim(world.ports, clientId)).toEqual([]);
        return { verdict: 'decline' as const, reason: 'too many', by: 'support' };
      },
    };
    await runImport(world.ports, held!.importId, stepsOver(world.ports), { approval });
    expect((await reportsOf(clientId))[1]).toContain('\r\n,,failure,DECLINED,,"The file would have archived many users');
    expect(await logOf(clientId)).toEqual(expect.arrayContaining([`${held!.importId} decided: declined`]));
    expect(mailsTo(clientId).at(-1)?.subject).toBe('User Import Status Report: file declined');
  });

  it('that is refused says why in its report, and is not looked at again', async () => {
    const clientId = await addClient('refused');
    await world.drop(clientId, UPLOAD, 'username,fornam\r\na,b\r\n');
    const [run] = await world.importAll(clientId);
    expect(run).toMatchObject({ outcome: 'refused', report: 'sent', backup: null });
    expect((await reportsOf(clientId))[0]).toMatch(/\r\n1,,failure,HEADER_UNKNOWN,,/);
    expect(await world.importAll(clientId)).toEqual([]);
    expect(await logOf(clientId)).not.toEqual(expect.arrayContaining([expect.stringContaining('fornam')]));
  });
});

describe('groups', () => {
  const groupsOf = async (clientId: ClientId) =>
    (await world.db.collection('groups').find({ clientId }).sort({ _id: 1 }).toArray()).map(({ name }) => name as unknown);
  const memberships = async (clientId: ClientId) =>
    (await world.db.collection('users').find({ clientId }).sort({ _id: 1 }).toArray()).map(({ groups }) => groups as unknown);

  it('are made when they are unknown, and users are in them in the spelling that came first', async () => {
    const clientId = await addClient('groups');
    await world.drop(clientId, UPLOAD, FIRST);
    await world.importAll(clientId);
    expect(await groupsOf(clientId)).toEqual(['sales', 'Staff']);
    expect(await memberships(clientId)).toEqual(['Staff', 'sales;Staff']);
    await world.drop(clientId, UPLOAD, `username,groups\r\nana,SALES ;staff;;Sales\r\n=cy,night shift;STAFF\r\n`);
    const [run] = await world.importAll(clientId);
    expect(run?.counts).toMatchObject({ unchanged: 1, updated: 1 });
    expect(await groupsOf(clientId)).toEqual(['night shift', 'sales', 'Staff']);
    expect(await memberships(clientId)).toEqual(['night shift;Staff', 'sales;Staff']);
  });

  it("are one client's own, and none is made for a record that is rejected", async () => {
    const clientId = await addClient('own-groups');
    await world.drop(clientId, UPLOAD, `username,mail,groups\r\nana,,STAFF\r\nben,not an address,Nobody\r\n`);
    await world.importAll(clientId);
    expect(await groupsOf(clientId)).toEqual(['STAFF']);
  });

  it('stay when the import is undone; the membership goes back', async () => {
    const clientId = await addClient('undone-groups');
    await world.drop(clientId, UPLOAD, `username,groups\r\nana,Staff\r\n`);
    await world.importAll(clientId);
    await world.drop(clientId, UPLOAD, `username,groups\r\nana,Night\r\n`);
    const [run] = await world.importAll(clientId);
    await undo(world, run!.importId);
    expect(await memberships(clientId)).toEqual(['Staff']);
    expect(await groupsOf(clientId)).toEqual(['Night', 'Staff']);
    expect((await logOf(clientId)).at(-1)).toBe(`${run!.importId} undone: its changes were taken back`);
  });
});

describe('further columns', () => {
  it("are those of the OPS-COM table that the client's settings name, and are never required", async () => {
    const clientId = await addClient('further', { furtherColumns: ['phoneCell', 'loginSource'] });
    await world.drop(clientId, UPLOAD, `username,phone_cell\r\nana,+1 613 555 0101\r\n`);
    const [run] = await world.importAll(clientId);
    expect(run).toMatchObject({ outcome: 'imported', counts: { created: 1 } });
    expect(await world.db.collection('users').findOne({ clientId })).toMatchObject({ phoneCell: '+1 613 555 0101' });
    await world.drop(clientId, UPLOAD, `username,employ_no\r\nana,7\r\n`);
    expect(await world.importAll(clientId)).toEqual([expect.objectContaining({ outcome: 'refused' })]);
  });
});

describe('required fields', () => {
  it('are named as the file calls them', async () => {
    const clientId = await addClient('required', { requiredFields: ['firstName', 'phoneCell'], furtherColumns: ['phoneCell'] });
    await world.drop(clientId, UPLOAD, `username,mail\r\nana,ana@learn.example\r\n`);
    await world.importAll(clientId);
    expect((await reportsOf(clientId))[0]).toContain(
      '2,ana,failure,9017 | 9031,forename | phone_cell,A new user needs forename; fill it in. | A new user needs phone_cell; fill it in.',
    );
  });
});

describe('the status report', () => {
  it('takes users and columns from what was imported, not from columns of another kind that were skipped', async () => {
    const clientId = await addClient('skipped', { unknownColumns: 'ignore' });
    await world.drop(clientId, UPLOAD, 'unique_id,username,email,mail\r\n1,ana,x,ana@learn.example\r\n2,ben,ben@learn.example,not one\r\n');
    const [run] = await world.importAll(clientId);
    expect(run).toMatchObject({ counts: { created: 1, rejected: 1 } });
    expect((await reportsOf(clientId))[0]).toMatch(/\r\n2,ana,success,,,\r\n3,ben,failure,9033,mail,/);
  });

  describe('says of a user of whom a newer version spoke first', () => {
    const OLD = 'username,forename,mail,active\r\nana,Old,,1\r\nben,Old,,1\r\ncy,Old,held@learn.example,1\r\neve,,,0\r\n';
    const rowsOf = async (clientId: ClientId, importId: ImportId) => {
      const name = (await names(clientId, 'reports')).find((report) => report.endsWith(`-${importId}.csv`))!;
      const [, ...rows] = (await readFile(inFolder(clientId, 'reports', name), 'utf8')).trimEnd().split('\r\n');
      return rows.map((row) => row.split(',').slice(1, 3).join(' '));
    };
    const SETTINGS = { archiveOnInactive: true, holdAbove: { archives: 0, percent: 100, floor: 0 } };
    const prepare = async (name: string, settings: Partial<ClientSettings>) => {
      const clientId = await addClient(name, settings);
      await world.drop(clientId, UPLOAD, 'username,mail\r\neve,\r\nfay,held@learn.example\r\n');
      await world.importAll(clientId);
      await world.drop(clientId, UPLOAD, OLD);
      return { clientId, importId: (await claim(world.ports, clientId))[0]!.importId };
    };
    const importNewer = async (clientId: ClientId, ...users: string[]) => {
      await world.drop(clientId, UPLOAD, `username,forename\r\n${users.map((user) => `${user},New\r\n`).join('')}`);
      await world.importAll(clientId);
    };

    it('that it was left alone, when the older one was approved late', async () => {
      const { clientId, importId } = await prepare('approved-late', SETTINGS);
      const decided = async () => {
        await importNewer(clientId, 'ana', 'cy');
        return { verdict: 'approve' as const, reason: 'fine', by: 'support' };
      };
      await runImport(world.ports, importId, stepsOver(world.ports), { approval: { open: () => {}, close: () => {}, decided } });
      expect((await world.ports.imports.find(importId))!.counts).toMatchObject({ superseded: 2 });
      expect(await rowsOf(clientId, importId)).toEqual(['ana superseded', 'ben success', 'cy superseded', 'eve success']);
    });

    it('the same, when only its e-mail was still to be settled', async () => {
      const { clientId, importId } = await prepare('settled-late', {});
      const steps = stepsOver(world.ports);
      const applyDeferred: typeof steps.applyDeferred = async (input) => {
        await importNewer(clientId, 'cy');
        return steps.applyDeferred(input);
      };
      await runImport(world.ports, importId, { ...steps, applyDeferred });
      expect(await rowsOf(clientId, importId)).toEqual(['ana success', 'ben success', 'cy superseded', 'eve success']);
    });

    it('nothing of the kind, when the newer one came after it', async () => {
      const { clientId, importId } = await prepare('reported-late', {});
      const steps = stepsOver(world.ports);
      const backUpFile: typeof steps.backUpFile = async (input) => {
        await importNewer(clientId, 'ana', 'ben');
        return steps.backUpFile(input);
      };
      await runImport(world.ports, importId, { ...steps, backUpFile });
      expect(await rowsOf(clientId, importId)).toEqual(['ana success', 'ben success', 'cy failure', 'eve success']);
    });
  });

  it('is sent again when asked for, until housekeeping has removed it', async () => {
    const clientId = await addClient('resend');
    await world.drop(clientId, UPLOAD, FIRST);
    const importId = (await world.importAll(clientId))[0]!.importId;
    const steps = stepsOver(world.ports);
    expect(await steps.prepareResend({ importId })).toEqual({ isLeft: true });
    expect(await steps.sendReport({ importId })).toEqual({ report: 'sent' });
    expect(mailsTo(clientId)).toHaveLength(2);
    expect(mailsTo(clientId)[1]).toEqual(mailsTo(clientId)[0]);

    const inAMonth = { now: () => new Date(Date.now() + 31 * 86_400_000) };
    await stepsOver({ ...world.ports, clock: inAMonth, keepBackupDays: 30 }).removeOldBackups();
    expect([await names(clientId, 'reports'), await names(clientId, 'uploads')]).toEqual([[], ['user-import.csv']]);
    expect(await names(clientId, 'tmp')).toHaveLength(1);
    expect(await steps.prepareResend({ importId })).toEqual({ isLeft: false });
    await world.ports.files.cleanUp(importId, false);
  });
});

describe('the log', () => {
  it('has one line for each step, and nothing of the records', async () => {
    const clientId = await addClient('log');
    await world.drop(clientId, UPLOAD, FIRST);
    const [run] = await world.importAll(clientId);
    const [report] = await names(clientId, 'reports');
    const id = run!.importId;
    expect(await logOf(clientId)).toEqual([
      `${id} found: a new version of the upload, ${Buffer.byteLength(FIRST)} bytes`,
      `${id} started`,
      `${id} read: 3 records`,
      `${id} ended: imported-with-failures; records 3, created 2, updated 0, unchanged 0, archived 0, failed 1, repeated 0, superseded 0`,
      `${id} report: /reports/${report!}`,
      `${id} e-mail: handed to the mail server`,
    ]);
  });
});

/** A process that died in a call whose failure its step forgives is dead all the same: nobody hears that the step was done. */
const again =
  <I, O>(isDead: () => boolean, first: (input: I) => Promise<O>, second: (input: I) => Promise<O>) =>
  async (input: I) => {
    if (isDead()) return second(input);
    try {
      const answer = await first(input);
      return isDead() ? await second(input) : answer;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return second(input);
    }
  };

/** Gives turns and imports until nothing is left; a step that dies is run again by a process that lives, as Temporal does. */
async function importWith(clientId: ClientId, { ports, seen }: { ports: ActivityPorts; seen: { dead: boolean } }): Promise<void> {
  const living = stepsOver(world.ports, 2);
  const doomed = stepsOver(ports);
  const steps = Object.fromEntries(
    (Object.keys(living) as (keyof typeof living)[]).map((name) => [
      name,
      again(() => seen.dead, doomed[name] as never, living[name] as never),
    ]),
  ) as unknown as typeof living;
  await new Promise((resolve) => setTimeout(resolve, 15));
  await world.ports.turns.askLook(clientId);
  for (;;) {
    const next = await steps.nextTurn({ clientId });
    if (next.kind === 'nothing') break;
    if (next.kind === 'start') await runImport(world.ports, next.importId, steps);
  }
}

async function whatIsThere(clientId: ClientId): Promise<unknown> {
  const of = (collection: string) => world.db.collection(collection).find({ clientId }).sort({ _id: 1 }).toArray();
  const runs = (await world.ports.imports.list({ clientIds: [clientId], limit: 10 })).map(({ state, outcome, counts, report, backup }) => ({
    state,
    outcome,
    counts,
    report,
    backup,
  }));
  const text = JSON.stringify({
    runs,
    users: await of('users'),
    groups: await of('groups'),
    mails: new Set(mailsTo(clientId).map(({ messageId }) => messageId)).size,
    hashes: await names(clientId, 'tmp'),
    reports: await reportsOf(clientId),
    log: await logOf(clientId),
    upload: await readFile(inFolder(clientId, UPLOAD), 'utf8'),
    work: (await readdir(path.join(world.dataDir, 'work'))).filter((name) => name.startsWith(clientId)),
  });
  // A sequence number that was given out and lost in a crash leaves a gap, which is nothing to anybody.
  const comparable = text
    .replaceAll(clientId, 'CLIENT')
    .replace(/"\d{4}-\d\d-\d\dT[\d:.]+Z"/g, '"TIME"')
    .replace(/\d{8}T\d{6}Z/g, 'TIME')
    .replace(/CLIENT-[12]\b/g, 'CLIENT-1')
    .replace(/"seq":[12]\b/g, '"seq":1');
  return JSON.parse(comparable);
}

/** How users, permits and rejected records bear it is told in killed-anywhere.test.ts: they are the same for every client. */
const DEADLY = ['imports', 'groups', 'files', 'standing', 'csv', 'outbox', 'mailer'] as const;

describe('an import whose process is killed', () => {
  let undisturbed: unknown;
  let calls: number;
  const prepare = async (name: string) => {
    const clientId = await addClient(name);
    await world.drop(clientId, UPLOAD, FIRST);
    return clientId;
  };
  beforeAll(async () => {
    const clientId = await prepare('undisturbed');
    const immortal = mortal(world.ports, { at: 0, when: 'before' }, DEADLY);
    await importWith(clientId, immortal);
    undisturbed = await whatIsThere(clientId);
    calls = immortal.seen.calls;
  });

  it('leaves one report, one e-mail and six lines in the log when nothing happens', () => {
    expect(undisturbed).toMatchObject({ mails: 1, runs: [{ state: 'finished' }], hashes: [expect.any(String)], work: [] });
    expect((undisturbed as { log: string[] }).log).toHaveLength(6);
    expect(calls).toBeGreaterThan(30);
  });

  it.each(['before', 'after'] as const)(
    'ends the same when it dies %s any of its calls',
    async (when) => {
      const killedAt = async (at: number) => {
        const clientId = await prepare(`killed-${when}-${at}`);
        const doomed = mortal(world.ports, { at, when }, DEADLY);
        await importWith(clientId, doomed);
        try {
          expect(await whatIsThere(clientId)).toEqual(undisturbed);
        } catch (error) {
          throw new Error(`killed ${when} call ${at} (${doomed.seen.last}): ${(error as Error).message}`, { cause: error });
        }
      };
      const all = Array.from({ length: calls }, (_, n) => n + 1);
      // Clients side by side: one waits for the disk while another computes.
      for (let from = 0; from < calls; from += 8) await Promise.all(all.slice(from, from + 8).map(killedAt));
    },
    600_000,
  );
});
