// The silence alarm over the real stores: once a silence, whatever dies in between, and again when the client fell silent again.

import type { ActivityPorts } from '../../activities/activity-ports';
import { parseClientId, type ClientId } from '../../src/domain/ids';
import { DEFAULT_SETTINGS } from '../../src/domain/client';
import { ImportsError } from '../../src/errors';
import type { Message } from '../../src/domain/report/compose-mail';
import { startWorld, stepsOver, type World } from '../support/in-process-import';
import { mortal, Killed } from '../support/mortal';

const HOUR = 3_600_000;
const GOOD = 'unique_id,login_source\n1,OPSCOM\n';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** What the schedule does at a tick. */
const watch = (ports: ActivityPorts) => stepsOver(ports).tellSilences();

/** The world some hours from now. */
const later = (hours: number, ports: ActivityPorts = world.ports): ActivityPorts => ({
  ...ports,
  clock: { now: () => new Date(Date.now() + hours * HOUR) },
});

const alarms = (clientId: ClientId): Message[] => world.mails.filter(({ subject }) => subject.startsWith(`No file from ${clientId} `));

async function silentClient(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name, { expectFileEvery: '26h' });
  await world.drop(clientId, 'users.csv', GOOD);
  await world.importAll(clientId);
  return clientId;
}

test('one e-mail a silence to the administrator, and none before its time', async () => {
  const clientId = await silentClient('once');
  await watch(later(25));
  expect(alarms(clientId)).toHaveLength(0);
  for (const hours of [27, 28, 500]) await watch(later(hours));
  const [mail, ...more] = alarms(clientId);
  expect(more).toEqual([]);
  expect(mail).toMatchObject({ to: 'admin@parking.example', messageId: `<${clientId}-1.silence@parking.example>` });
  for (const text of [mail!.text, mail!.html].map((one) => one.replace(/\s+/g, ' ').toLowerCase())) {
    expect(text).toContain(`no file from ${clientId} for 27 hours`);
    expect(text).toContain(`ask support to check the folder of client ${clientId}`);
  }
});

test('a new file ends the silence, and the next one is told of again', async () => {
  const clientId = await silentClient('again');
  await watch(later(27));
  await world.drop(clientId, 'users.csv', GOOD);
  await world.importAll(clientId);
  await watch(later(25));
  expect(alarms(clientId)).toHaveLength(1);
  await watch(later(27));
  await watch(later(28));
  expect(alarms(clientId).map(({ messageId }) => messageId)).toEqual([
    `<${clientId}-1.silence@parking.example>`,
    `<${clientId}-2.silence@parking.example>`,
  ]);
});

test('a client that never sent a file is missed from when it was added', async () => {
  const clientId = parseClientId('never')!;
  await world.ports.clients.add({
    clientId,
    enabled: true,
    addedAt: new Date(),
    settings: {
      ...DEFAULT_SETTINGS,
      failedImportEmail: 'it@x.example',
      replyToAdminEmail: 'admin@parking.example',
      expectFileEvery: '26h',
    },
  });
  await watch(later(25));
  expect(alarms(clientId)).toHaveLength(0);
  await watch(later(27));
  await watch(later(28));
  expect(alarms(clientId)).toHaveLength(1);
});

test('disabled clients, and clients of whom nothing is expected, are left alone', async () => {
  const disabled = await silentClient('disabled');
  await world.ports.clients.setEnabled(disabled, false);
  const unwatched = await world.addClient('unwatched');
  await world.drop(unwatched, 'users.csv', GOOD);
  await world.importAll(unwatched);
  await watch(later(500));
  expect([...alarms(disabled), ...alarms(unwatched)]).toEqual([]);
});

test('a mail server that is down is asked again at the next tick, unless the file has come by then', async () => {
  const [served, rescued] = [await silentClient('served'), await silentClient('rescued')];
  const down = async () => {
    throw new ImportsError('UNREACHABLE', 'nobody answers');
  };
  const received = new Date(Date.now() - 5 * HOUR);
  await world.db.collection('imports').updateMany({ clientId: { $in: [served, rescued] } }, { $set: { receivedAt: received } });
  const ports = later(25, { ...world.ports, clients: only(served, rescued) });
  expect(await watch({ ...ports, mailer: { ...ports.mailer, send: down } })).toEqual({ alarms: 0, failed: 2 });
  await world.drop(rescued, 'users.csv', GOOD);
  await world.importAll(rescued);
  expect(await watch(ports)).toEqual({ alarms: 1, failed: 0 });
  expect([alarms(served).length, alarms(rescued).length]).toEqual([1, 0]);
});

test('many clients that fall silent at once are all told of, with few e-mails under way, though some cannot be sent', async () => {
  const names = Array.from({ length: 40 }, (_, n) => `many-${n}`);
  const settings = { expectFileEvery: '26h' };
  const clients = await Promise.all(names.map((name) => world.addClient(name, settings)));
  await world.db.collection('clients').updateMany({ _id: /^many-/ }, { $set: { addedAt: new Date() } });
  let underWay = 0;
  let most = 0;
  const send = async (message: Message) => {
    most = Math.max(most, ++underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    if (message.subject.includes(' many-7 ')) throw new ImportsError('UNREACHABLE', 'try later');
    world.mails.push(message);
  };
  const ports = later(27, { ...world.ports, clients: only(...clients) });
  expect(await watch({ ...ports, mailer: { ...ports.mailer, send } })).toEqual({ alarms: 39, failed: 1 });
  expect([most > 1, most <= 8]).toEqual([true, true]);
  expect(await watch(ports)).toEqual({ alarms: 1, failed: 0 });
  expect(clients.map((clientId) => alarms(clientId).length)).toEqual(clients.map(() => 1));
});

test('a paused client is not waited for: its files stay in its folder', async () => {
  const clientId = await silentClient('paused');
  await world.ports.clients.pause(clientId, { at: new Date(), by: 'pat', reason: 'they move' });
  await watch(later(500));
  expect(alarms(clientId)).toEqual([]);
});

test('an address that is refused for good is not tried at every tick', async () => {
  const clientId = await silentClient('refused');
  let tried = 0;
  const refuse = async () => {
    tried += 1;
    throw new ImportsError('MAIL_REJECTED', 'no such mailbox');
  };
  const ports = later(27, { ...world.ports, mailer: { ...world.ports.mailer, send: refuse } });
  for (let tick = 0; tick < 3; tick++) await watch({ ...ports, clients: only(clientId) });
  expect(tried).toBe(1);
});

/** The store with these clients in it: ticks of other tests' clients are not counted. */
function only(...clientIds: readonly ClientId[]): ActivityPorts['clients'] {
  const { clients } = world.ports;
  return { ...clients, list: async () => (await clients.list()).filter(({ clientId }) => clientIds.includes(clientId)) };
}

test.each(['before', 'after'] as const)('killed %s any call, the alarm still goes out once', async (when) => {
  const started = await silentClient(`counted-${when}`);
  const counting = mortal(later(27, { ...world.ports, clients: only(started) }), { at: 0, when });
  await watch(counting.ports);
  expect(counting.seen.calls).toBeGreaterThan(4);
  for (let at = 1; at <= counting.seen.calls; at++) {
    const clientId = await silentClient(`killed-${when}-${at}`);
    const ports = later(27, { ...world.ports, clients: only(clientId) });
    const dying = mortal(ports, { at, when });
    await watch(dying.ports).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
    });
    await watch(ports);
    await watch(ports);
    expect([at, new Set(alarms(clientId).map(({ messageId }) => messageId)).size]).toEqual([at, 1]);
    // Twice only in the one moment that nobody can close: the mail server has said yes, and we have not noted it.
    const unnoted = (dying.seen.last === 'mailer.send' && when === 'after') || (dying.seen.last === 'outbox.setState' && when === 'before');
    expect([dying.seen.last, alarms(clientId).length]).toEqual([dying.seen.last, unnoted ? 2 : 1]);
  }
});
