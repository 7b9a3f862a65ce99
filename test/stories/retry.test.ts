// Whatever breaks, an import ends where an undisturbed one would have ended: by itself where the world mends itself, else by a retry.

import { readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { ImportsError } from '../../src/errors';
import { endState, type EndState } from '../support/end-state';
import { until } from '../support/product';
import { storyFiles } from '../support/story-files';
import { TroubledWorld } from '../support/troubled-world';

const files = storyFiles(4_600);
const small = (id: number) => `unique_id,login_source,first_name\r\n${id},OPSCOM,Zoe\r\n`;

let world: TroubledWorld;
let undisturbed: EndState;
const stateOf = (client: string) => endState(world.db, world.dataDir, client);

/** A client with its users loaded and their permits handed out, and the second file at work. */
async function prepare(client: string): Promise<void> {
  await world.addClient(client, 'archiveOnInactive=true', 'holdAbove.archives=100000', 'holdAbove.percent=100');
  await world.drop(client, 'load.csv', files.load);
  await world.ok('scan', client);
  expect(await world.rest(`${client}-1`)).toMatchObject({ outcome: 'imported' });
  const permit = (id: string) => ({
    _id: `${client}/${id}` as never,
    clientId: client,
    number: id,
    status: 'active',
    holder: `${client}/${id}`,
  });
  await world.db.collection('permits').insertMany(files.holders.map(permit));
}

async function startChanges(client: string): Promise<void> {
  await world.drop(client, 'changes.csv', files.changes);
  await world.ok('scan', client);
}

async function endsUndisturbed(client: string): Promise<void> {
  expect(await stateOf(client)).toEqual(undisturbed);
  expect((await world.mailsTo(client)).map(({ subject }) => subject)).toEqual(['CSV Import Failed Records']);
}

beforeAll(async () => {
  world = await TroubledWorld.start();
  await prepare('calm');
  await startChanges('calm');
  expect(await world.rest('calm-2')).toMatchObject({
    outcome: 'imported-with-failures',
    counts: { records: 5_066, archived: 230, created: 460, rejected: 695, repeated: 1, permitsReleased: 33 },
    report: 'sent',
  });
  undisturbed = await stateOf('calm');
}, 900_000);
afterAll(() => world.end());
afterEach(() => world.heal());

const enospc = () => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
const noDatabase = () => Object.assign(new Error('connection closed'), { name: 'MongoNetworkError' });
const ofDatabase = /^(imports|rejected|users|permits|outbox)\./;

it.each([
  ['a full disk', 'full', /^(files\.backUp|csv\.)/, ['csv.inspect', 'csv.writeFailedRecords', 'files.backUp'], enospc],
  ['a database that is gone', 'dark', ofDatabase, ['users.write', 'permits.release', 'outbox.setState'], noDatabase],
] as const)(
  '%s delays an import, and nobody has to do anything',
  async (_, client, isHit, begins, error) => {
    await prepare(client);
    const begun = new Set<string>();
    let mendedAt = 0;
    world.fault = (call) => {
      // From the first call of each of these on, nothing of the kind works for a while.
      if (begins.some((one) => one === call) && !begun.has(call)) {
        begun.add(call);
        mendedAt = Date.now() + 2_500;
      }
      if (isHit.test(call) && Date.now() < mendedAt) throw error();
    };
    await startChanges(client);
    const said = new Set<string>();
    await until(`${client} to end`, async () => {
      const described = await world
        .workflow(`${client}-2`)
        .describe()
        .catch(() => undefined);
      for (const { lastFailure } of described?.raw.pendingActivities ?? []) if (lastFailure?.message) said.add(lastFailure.message);
      return described !== undefined && described.status.name !== 'RUNNING';
    });
    expect(await world.show(`${client}-2`)).toMatchObject({ state: 'finished', attempts: 1 });
    expect(begun.size).toBe(begins.length);
    expect([...said]).toEqual([expect.stringMatching(/^(Error ENOSPC|MongoNetworkError); the step is tried again\.$/)]);
    await endsUndisturbed(client);
  },
  300_000,
);

it('a bug of ours fails the import at once and visibly, not the next file; once it is mended, a retry ends as if nothing had been', async () => {
  await prepare('bug');
  world.fault = (call, importId) => {
    if (call === 'permits.release' && importId === 'bug-2') throw new TypeError("Cannot read properties of undefined (reading 'x')");
  };
  await world.drop('bug', 'changes.csv', files.changes);
  await world.drop('bug', 'next.csv', small(99_999));
  await world.ok('scan', 'bug');
  expect(await world.rest('bug-2')).toMatchObject({ state: 'failed', outcome: null });
  await world.hasEnded('bug-2');
  const { status, searchAttributes } = await world.workflow('bug-2').describe();
  expect([status.name, searchAttributes['ImportState'], searchAttributes['ImportClient']]).toEqual(['FAILED', ['failed'], ['bug']]);
  expect(await world.ok('show', 'bug-2')).toMatch(
    /A bug in this program \(TypeError\).*Deploy a fix, then retry[^]*imports retry bug-2 --reason/,
  );
  expect(await world.rest('bug-3')).toMatchObject({ outcome: 'imported', counts: { created: 1 } });

  world.heal();
  expect(await world.ok('retry', 'bug-2', '--reason', 'fixed')).toContain('goes on where it stopped');
  expect(await world.rest('bug-2', ['finished'])).toMatchObject({ attempts: 2, outcome: 'imported-with-failures' });
  // Without the other file's user, so that the rest can be compared.
  await world.db.collection('users').deleteOne({ _id: 'bug/99999' as never });
  const { imports, backups } = undisturbed;
  expect({ ...(await stateOf('bug')), imports, backups }).toEqual(undisturbed);
  expect(await world.mailsTo('bug')).toHaveLength(1);
});

describe('a mail server that refuses for good', () => {
  it('leaves a finished import whose report failed, and says how to send it again', async () => {
    await prepare('mail');
    world.fault = (call) => {
      if (call === 'mailer.send') throw new ImportsError('MAIL_REJECTED', 'The mail server refused the e-mail for good.');
    };
    await startChanges('mail');
    expect(await world.rest('mail-2')).toMatchObject({ state: 'finished', outcome: 'imported-with-failures', report: 'failed' });
    expect(await world.ok('show', 'mail-2')).toContain('imports resend-report mail-2');
    const refused = await world.cli('resend-report', 'mail-2');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/refused[^]*client set mail failedImportEmail/)]);
    expect(await world.show('mail-2')).toMatchObject({ state: 'finished', report: 'failed' });
    const retried = await world.cli('retry', 'mail-2', '--reason', 'x');
    expect([retried.code, retried.stderr]).toEqual([1, expect.stringContaining('imports resend-report mail-2')]);
    expect(await world.mailsTo('mail')).toEqual([]);

    world.heal();
    expect(await world.ok('resend-report', 'mail-2')).toContain('sent to it@mail.example');
    const [mail] = await world.mailsTo('mail');
    const sent = Buffer.from(mail!.attachments[0]!.content as ArrayBuffer);
    expect(sent).toEqual(readFileSync(path.join(world.dataDir, 'clients/mail/.bak/changes.failed.csv')));
    await endsUndisturbed('mail');
  });

  it('is sent from .bak when the database no longer has the records, and refused when nothing is left', async () => {
    await world.db.collection('rejectedRecords').deleteMany({ _id: { $gte: 'mail-2/' as never, $lt: 'mail-20' as never } });
    await world.ok('resend-report', 'mail-2');
    const [first, second, ...more] = await world.mailsTo('mail');
    expect(more).toEqual([]);
    expect([second!.messageId, second!.attachments[0]!.content]).toEqual([first!.messageId, first!.attachments[0]!.content]);

    const kept = path.join(world.dataDir, 'clients/mail/.bak/changes.failed.csv');
    await rename(kept, `${kept}.away`);
    const refused = await world.cli('resend-report', 'mail-2');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('there is nothing to send')]);
    expect(await world.show('mail-2')).toMatchObject({ report: 'sent' });
  });

  it('has nothing to send again where nothing failed, and nothing yet where the import has not ended', async () => {
    const nothing = await world.cli('resend-report', 'mail-1');
    expect([nothing.code, nothing.stderr]).toEqual([1, expect.stringContaining('nothing to report')]);
    const setState = (state: string) => world.db.collection('imports').updateOne({ _id: 'mail-1' as never }, { $set: { state } });
    await setState('failed');
    const early = await world.cli('resend-report', 'mail-1');
    expect([early.code, early.stderr]).toEqual([1, expect.stringContaining('imports retry mail-1')]);
    await setState('finished');
  });

  it('does not look like a bug in the e-mail: there, too, the import is good and the e-mail is sent later', async () => {
    await world.addClient('letter');
    world.fault = (call) => {
      if (call === 'mailer.send') throw new TypeError('x');
    };
    await world.drop('letter', 'users.csv', 'unique_id,login_source,province\r\n1,OPSCOM,Ontario\r\n');
    await world.ok('scan', 'letter');
    expect(await world.rest('letter-1')).toMatchObject({ state: 'finished', outcome: 'imported-with-failures', report: 'failed' });
    world.heal();
    await world.ok('resend-report', 'letter-1');
    expect(await world.show('letter-1')).toMatchObject({ report: 'sent' });
    expect(await world.mailsTo('letter')).toHaveLength(1);
  });
});

it('a mail server that does not answer is told of while it lasts; an e-mail about an undo is sent again as any other', async () => {
  await world.addClient('slow');
  world.fault = (call) => {
    if (call === 'mailer.send') throw new ImportsError('UNREACHABLE', 'The mail server did not take the e-mail (ECONNREFUSED).');
  };
  await world.drop('slow', 'users.csv', 'unique_id,login_source,province\r\n1,OPSCOM,Ontario\r\n2,OPSCOM,ON\r\n');
  await world.ok('scan', 'slow');
  const shown = await until('show to tell of it', async () => {
    // It may not be claimed yet.
    const { stdout } = await world.cli('show', 'slow-1');
    return stdout.includes('Stuck') && stdout;
  });
  expect(shown).toMatch(
    /Stuck +the e-mail to the client, tried [^:]+: The mail server did not take the e-mail \(ECONNREFUSED\)\. (Next try at|It is being)/,
  );
  expect(shown).toContain('imports resend-report slow-1');
  const { checks } = JSON.parse((await world.cli('doctor', '--json')).stdout) as { checks: { name: string; detail: string }[] };
  expect(checks.find(({ name }) => name === 'Imports at work')?.detail).toContain('slow-1');

  world.fault = (call) => {
    if (call === 'mailer.send') throw new ImportsError('MAIL_REJECTED', 'The mail server refused the e-mail for good (550).');
  };
  expect(await world.rest('slow-1')).toMatchObject({ state: 'finished', report: 'failed' });
  expect(await world.ok('show', 'slow-1')).toContain('refused the e-mail for good (550)');
  await world.ok('undo', 'slow-1', '--reason', 'wrong file');
  await until('the e-mail about the undo to fail', async () =>
    (await world.ok('show', 'slow-1')).includes('imports resend-report slow-1 --undo'),
  );
  expect((await world.cli('resend-report', 'slow-1', '--undo')).stderr).toContain('refused the e-mail for good (550)');
  world.heal();
  expect(await world.ok('resend-report', 'slow-1', '--undo')).toContain('sent to admin@parking.example');
  expect(await world.ok('undo', 'slow-1')).toContain('The administrator was told by e-mail.');
});

it('an administrator who could not be asked for approval is asked again, at the address that is right now', async () => {
  await world.addClient('unasked', 'archiveOnInactive=true', 'holdAbove.archives=0');
  await world.drop('unasked', 'first.csv', small(1));
  await world.ok('scan', 'unasked');
  await world.rest('unasked-1');
  const refusal = new ImportsError('MAIL_REJECTED', 'The mail server refused the e-mail for good (550).');
  world.fault = (call) => (call === 'mailer.send' ? Promise.reject(refusal) : undefined);
  await world.drop('unasked', 'second.csv', 'unique_id,login_source,active\r\n1,OPSCOM,0\r\n');
  await world.ok('scan', 'unasked');
  await until('the e-mail to fail', async () =>
    (await world.cli('show', 'unasked-2')).stdout.includes('refused the e-mail for good (550)'),
  );
  expect(await world.ok('list', '--client', 'unasked')).toContain('unasked-2 held, and its administrator was not told');
  expect((await world.cli('resend-report', 'unasked-2')).stderr).toContain('refused the e-mail for good (550)');

  world.heal();
  await world.ok('client', 'set', 'unasked', 'replyToAdminEmail=right@parking.example');
  expect(await world.ok('resend-report', 'unasked-2')).toContain('sent to right@parking.example');
  expect(await world.ok('show', 'unasked-2')).not.toContain('could not be sent');
  await world.ok('approve', 'unasked-2', '--reason', 'they were asked');
  expect(await world.rest('unasked-2')).toMatchObject({ outcome: 'imported', counts: { archived: 1 } });
});

it('an import whose workflow was terminated can be given up: undone from where it stood', async () => {
  await world.addClient('given', 'archiveOnInactive=true', 'holdAbove.archives=0');
  await world.drop('given', 'first.csv', small(1));
  await world.ok('scan', 'given');
  await world.rest('given-1');
  const { _id, ...user } = (await world.db.collection('users').findOne({ clientId: 'given' }))!;
  await world.drop('given', 'gone.csv', `unique_id,login_source,active\r\n${String(_id).slice('given/'.length)},OPSCOM,0\r\n`);
  await world.ok('scan', 'given');
  await world.rest('given-2', ['held']);
  await world.workflow('given-2').terminate('by hand');
  expect((await world.cli('watch', 'given-2')).stderr).toContain('imports retry given-2');
  const { checks } = JSON.parse((await world.cli('doctor', '--json')).stdout) as {
    checks: { name: string; ok: boolean; detail: string }[];
  };
  expect(checks.find(({ name }) => name === 'Imports at work')).toMatchObject({ ok: false, detail: expect.stringContaining('given-2') });

  await world.ok('undo', 'given-2', '--reason', 'wrong file');
  expect(await world.show('given-2')).toMatchObject({ state: 'undone', backup: '.bak/gone.csv' });
  expect(await world.db.collection('users').findOne({ _id })).toMatchObject(user);
});

it('a file that vanished from work/ fails with a sentence; put back, it is imported', async () => {
  await prepare('gone');
  const source = path.join(world.dataDir, 'work/gone-2/source');
  let moved: Promise<void> | undefined;
  world.fault = (call, importId) =>
    call === 'imports.chunk' && importId === 'gone-2' ? (moved ??= rename(source, `${source}.away`)) : undefined;
  await startChanges('gone');
  expect(await world.rest('gone-2')).toMatchObject({ state: 'failed' });
  expect(await world.ok('show', 'gone-2')).toContain('Put it back as work/gone-2/source');
  world.heal();
  await world.ok('retry', 'gone-2', '--reason', 'too early');
  await until('the second attempt to fail', async () => {
    const { attempts, state } = await world.show('gone-2');
    return attempts === 2 && state === 'failed';
  });
  await rename(`${source}.away`, source);
  await world.ok('retry', 'gone-2', '--reason', 'restored');
  expect(await world.rest('gone-2', ['finished'])).toMatchObject({ attempts: 3 });
  await endsUndisturbed('gone');
});

it.each([
  // The second write: something is written by then, something is not.
  ['terminated', 'users.write', 2],
  ['terminated', 'permits.release', 1],
  ['cancelled', 'users.write', 2],
] as const)(
  'an import that was %s in the Temporal UI at %s goes on where it stopped',
  async (how, call, n) => {
    const client = `${how}at${call.replace('.', '')}`;
    const importId = `${client}-2`;
    await prepare(client);
    const gate = world.gateAt(call, importId, n);
    await startChanges(client);
    await gate.reached;
    const refused = await world.cli('retry', importId, '--reason', 'x');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining(`imports watch ${importId}`)]);
    if (how === 'terminated') await world.workflow(importId).terminate('by hand');
    else {
      await world.workflow(importId).cancel();
      expect(await world.rest(importId)).toMatchObject({ state: 'cancelled' });
    }
    await world.hasEnded(importId);
    expect(await world.ok('show', importId)).toContain(`imports retry ${importId} --reason`);
    // The step that was in flight goes on beside the retry: nobody could tell it to stop.
    const retried = world.ok('retry', importId, '--reason', 'go on');
    gate.open();
    expect(await retried).toContain('goes on where it stopped');
    await world.rest(importId, ['finished']);
    await endsUndisturbed(client);
  },
  300_000,
);

it('imports that stopped delay neither each other nor the next file; --all-failed starts them all, whatever ended them', async () => {
  await world.addClient('many');
  const gate = world.gateAt('users.write', 'many-2', 1);
  world.fault = (call, importId) => {
    if (call === 'users.write' && (importId === 'many-1' || importId === 'many-4')) throw new RangeError('x');
  };
  for (const n of [1, 2, 3, 4, 5]) await world.drop('many', `${n}.csv`, small(n));
  await world.ok('scan', 'many');
  await gate.reached;
  await world.workflow('many-2').terminate('by hand');
  const ended = [];
  for (const n of [1, 3, 4, 5]) ended.push((await world.rest(`many-${n}`)).state);
  expect(ended).toEqual(['failed', 'finished', 'failed', 'finished']);
  gate.open();
  world.heal();
  await world.hasEnded('many-1');
  await world.forget('many-1');

  expect(await world.ok('retry', '--all-failed', '--client', 'calm', '--reason', 'x')).toContain('No import has failed');
  const said = await world.ok('retry', '--all-failed', '--client', 'many', '--reason', 'fixed', '--json');
  expect((JSON.parse(said) as { importId: string }[]).map(({ importId }) => importId)).toEqual(['many-1', 'many-2', 'many-4']);
  for (const n of [1, 2, 4])
    expect(await world.rest(`many-${n}`, ['finished'])).toMatchObject({ outcome: 'imported', counts: { created: 1 } });
  expect(await world.db.collection('users').countDocuments({ clientId: 'many' })).toBe(5);
  const again = await world.cli('retry', 'many-1', '--reason', 'x');
  expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('there is nothing to retry')]);
});
