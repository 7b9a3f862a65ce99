// Events for webhooks, from the step in which they happen to a receiver that verifies: each is begun and taken once, whatever dies on the
// way, and a repetition looks the same. What Temporal adds, one delivery for each id and tries for a day, is played here.

import type { ActivityPorts } from '../../activities/activity-ports';
import { createWebhookSender, secretText } from '../../src/adapters/webhooks/webhook-sender';
import type { ClientId, ImportId } from '../../src/domain/ids';
import { eventIdOf, webhookKindOf, type WebhookDelivery } from '../../src/domain/webhook/event';
import { ImportsError } from '../../src/errors';
import { webhookWorkflowIdOf } from '../../workflows/messages';
import { claim, giveTurn, putInto, runImport, startWorld, stepsOver, type World } from '../support/in-process-import';
import { Killed, mortal } from '../support/mortal';
import { startReceiver, type Receiver } from '../support/webhook-receiver';

const HOUR = 3_600_000;
const secret = Buffer.alloc(32, 7);
const sender = createWebhookSender({ secrets: [secret], allowsPrivate: true });
const GOOD = 'unique_id,login_source,email,active\nu1,OPSCOM,ann@acme.example,1\nu2,NOPE,bob@acme.example,1\n';
const people = (active: 0 | 1) => `unique_id,login_source,active\n${[1, 2, 3].map((n) => `u${n},OPSCOM,${active}\n`).join('')}`;

let world: World;
let everything: Receiver;
beforeAll(async () => {
  world = await startWorld();
  everything = await startReceiver(secretText(secret));
});
afterAll(async () => {
  await everything.close();
  await world.close();
});
afterEach(() => {
  everything.answer = () => 204;
});

/** What Temporal keeps: deliveries by their ids, each once. */
function temporal() {
  const begun = new Map<string, WebhookDelivery>();
  const ports: ActivityPorts = {
    ...world.ports,
    webhookSender: sender,
    webhookUrl: everything.url,
    webhooks: {
      async startDelivery(delivery) {
        const id = webhookWorkflowIdOf(delivery.importId, webhookKindOf(delivery));
        if (!begun.has(id)) begun.set(id, delivery);
      },
    },
  };
  return { begun, ports };
}

/** Each delivery until it ends, as its workflow has it done; a process that dies is followed by one that lives. */
async function deliver(begun: ReadonlyMap<string, WebhookDelivery>, ports: ActivityPorts, living = ports): Promise<string[]> {
  const ends: string[] = [];
  for (const delivery of begun.values()) {
    for (let trying = ports; ; trying = living) {
      const end = await stepsOver(trying)
        .sendWebhook(delivery)
        .catch((error: unknown) => {
          if (error instanceof Killed || (error instanceof ImportsError && error.code === 'UNREACHABLE')) return undefined;
          throw error;
        });
      if (end === undefined) continue;
      ends.push(end.state);
      break;
    }
  }
  return ends;
}

const takenOf = (clientId: ClientId) => everything.taken.filter(({ data }) => data['clientId'] === clientId);
const later = (ports: ActivityPorts, hours: number): ActivityPorts => ({
  ...ports,
  clock: { now: () => new Date(Date.now() + hours * HOUR) },
});

async function claimed(name: string, content: string, settings: Parameters<World['addClient']>[1] = {}) {
  const clientId = await world.addClient(name, settings);
  await world.drop(clientId, 'users.csv', content);
  const [run] = await claim(world.ports, clientId);
  return { clientId, importId: run!.importId };
}

interface Prepared {
  readonly clientId: ClientId;
  readonly importId: ImportId;
  readonly happen: (ports: ActivityPorts) => Promise<unknown>;
}

interface Happening {
  /** The events that it leads to, by id. */
  readonly ids: (importId: ImportId) => readonly string[];
  /** What comes before, undisturbed; then what may be repeated. */
  readonly prepare: (name: string) => Promise<Prepared>;
}

/** An import whose last steps may be repeated; nothing else of it. */
async function importing(name: string, content: string, settings: Parameters<World['addClient']>[1] = {}) {
  const { clientId, importId } = await claimed(name, content, settings);
  const happen = (ports: ActivityPorts) => {
    const { backUpFile } = stepsOver(ports);
    return runImport(world.ports, importId, { ...stepsOver(world.ports), backUpFile });
  };
  return { clientId, importId, happen };
}

const HAPPENINGS: Readonly<Record<string, Happening>> = {
  'an import that ends': { ids: (id) => [`${id}_finished`], prepare: (name) => importing(name, GOOD) },
  'a file that is refused': { ids: (id) => [`${id}_refused`], prepare: (name) => importing(name, 'nonsense\n1\n') },
  'an import that is held': {
    ids: (id) => [`${id}_held_1`],
    async prepare(name) {
      const settings = { archiveOnInactive: true, holdAbove: { archives: 1, percent: 20, floor: 10 } };
      const clientId = await world.addClient(name, settings);
      await world.drop(clientId, 'first.csv', people(1));
      await world.importAll(clientId);
      await world.drop(clientId, 'second.csv', people(0));
      const [run] = await claim(world.ports, clientId);
      const { importId } = run!;
      const happen = (ports: ActivityPorts) =>
        runImport(world.ports, importId, { ...stepsOver(world.ports), markHeld: stepsOver(ports).markHeld });
      return { clientId, importId, happen };
    },
  },
  'an import that fails': {
    ids: (id) => [`${id}_failed_1`],
    async prepare(name) {
      const { clientId, importId } = await claimed(name, GOOD);
      const turn = await giveTurn(world.ports, importId);
      const happen = (ports: ActivityPorts) => stepsOver(ports).markImport({ importId, turn, state: 'failed', failure: 'It broke.' });
      return { clientId, importId, happen };
    },
  },
  'an import whose workflow is gone': {
    ids: (id) => [`${id}_failed_1`],
    async prepare(name) {
      const { clientId, importId } = await claimed(name, GOOD);
      await giveTurn(world.ports, importId);
      await putInto(world, importId, 'applying');
      return { clientId, importId, happen: (ports) => stepsOver(ports).wakeWaiting() };
    },
  },
  'an import that ends, whose worker dies before it tells, and whose workflow is gone': {
    ids: (id) => [`${id}_finished`],
    async prepare(name) {
      const { clientId, importId } = await claimed(name, GOOD);
      await giveTurn(world.ports, importId);
      const finishedAt = new Date();
      await putInto(world, importId, 'reporting', { outcome: 'imported-with-failures', report: 'pending', finishedAt });
      return { clientId, importId, happen: (ports) => stepsOver(ports).wakeWaiting() };
    },
  },
  'a client that is silent': {
    ids: (id) => [`${id}_silent`],
    async prepare(name) {
      const { clientId, importId, happen } = await importing(name, GOOD, { expectFileEvery: '26h' });
      await happen(world.ports);
      // Its e-mail is another test's.
      await world.ports.outbox.setState(importId, 'silence', 'sent', new Date());
      const only = { ...world.ports.clients, list: async () => [(await world.ports.clients.find(clientId))!] };
      const tick = (ports: ActivityPorts) => stepsOver({ ...later(ports, 27), clients: only }).tellSilences();
      return { clientId, importId, happen: async (ports) => [await tick(ports), await tick(ports)] };
    },
  },
};

describe.each(Object.entries(HAPPENINGS))('%s', (title, { ids, prepare }) => {
  const nameOf = (n: string) => `${title.replace(/\W+/g, '-').slice(0, 24)}-${n}`;

  test('is told to the installation, and however often it is repeated, once', async () => {
    const { begun, ports } = temporal();
    const { clientId, importId, happen } = await prepare(nameOf('once'));
    await happen(ports);
    await deliver(begun, ports);
    await stepsOver(ports).wakeWaiting();
    await deliver(begun, ports);
    const sent = everything.requests.filter(({ data }) => data['clientId'] === clientId);
    expect([sent.map(({ id }) => id), begun.size]).toEqual([ids(importId), ids(importId).length]);
    expect(sent.every(({ data }) => data['importId'] === importId || data['lastImportId'] === importId)).toBe(true);
  });

  test.each(['before', 'after'] as const)('is told once when its process dies %s any of its calls', async (when) => {
    const deadly = ['imports', 'outbox', 'webhooks'] as const;
    for (let at = 1, isOver = false; !isOver; at++) {
      const { begun, ports } = temporal();
      const { clientId, importId, happen } = await prepare(nameOf(`${when}-${at}`));
      const dying = mortal(ports, { at, when }, deadly);
      await happen(dying.ports).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
      });
      isOver = !dying.seen.dead;
      if (!isOver) await happen(ports);
      await deliver(begun, ports);
      const once = [at, dying.seen.last, ids(importId), ids(importId).length];
      expect([at, dying.seen.last, takenOf(clientId).map(({ id }) => id), begun.size]).toEqual(once);
    }
  });
});

test('a delivery that dies before or after any of its calls sends the same bytes under the same id, and is taken once', async () => {
  const bodies = new Map<string, Set<string>>();
  const dieEverywhere = async (when: 'before' | 'after') => {
    for (let at = 1, isOver = false; !isOver; at++) {
      const { begun, ports } = temporal();
      const { clientId, importId, happen } = await importing(`delivery-${when}-${at}`, GOOD);
      await happen(ports);
      const dying = mortal(ports, { at, when }, ['clients', 'imports', 'outbox', 'webhookSender']);
      await deliver(begun, dying.ports, ports);
      isOver = !dying.seen.dead;
      expect(takenOf(clientId).map(({ id }) => id)).toEqual([`${importId}_finished`]);
      for (const { id, body } of everything.requests) bodies.set(id, (bodies.get(id) ?? new Set()).add(body));
    }
  };
  // Side by side: a dead process still waits for its database for seconds.
  await Promise.all([dieEverywhere('before'), dieEverywhere('after')]);
  expect([...bodies.values()].filter((different) => different.size !== 1)).toEqual([]);
});

test('the client gets its own events with its own secret, and none of others', async () => {
  const { begun, ports } = temporal();
  const { clientId, happen } = await importing('own', GOOD);
  const own = await startReceiver(sender.secretOf(clientId));
  const { settings } = (await world.ports.clients.find(clientId))!;
  await world.ports.clients.setSettings(clientId, { ...settings, webhookUrl: own.url });
  await happen(ports);
  await (await importing('other', GOOD)).happen(ports);
  expect(await deliver(begun, ports)).toEqual(['sent', 'sent', 'sent']);
  expect(own.taken.map(({ id, data }) => [id, data['clientId']])).toEqual([['own-1_finished', 'own']]);
  expect(own.taken[0]!.data).toMatchObject({
    outcome: 'imported-with-failures',
    counts: { records: 2, created: 1, rejected: 1 },
    reasons: [{ code: '9015', records: 1 }],
  });
  expect(own.forged).toBe(0);
  await own.close();
});

test('it goes to the present URL at each try, and nowhere when that was switched off', async () => {
  const { begun, ports } = temporal();
  const { clientId, importId, happen } = await importing('moved', GOOD);
  const { settings } = (await world.ports.clients.find(clientId))!;
  const hook = (webhookUrl: string | null) => world.ports.clients.setSettings(clientId, { ...settings, webhookUrl });
  await hook('http://127.0.0.1:1/');
  await happen({ ...ports, webhookUrl: null });
  const [delivery] = [...begun.values()];
  const { sendWebhook } = stepsOver(ports);
  await expect(sendWebhook(delivery!)).rejects.toThrow(
    '127.0.0.1:1: cannot be reached (ECONNREFUSED). Try it with: imports webhook test moved',
  );
  expect(await ports.outbox.webhooksNotTaken(importId)).toEqual([
    {
      id: `${importId}_finished`,
      kind: 'webhook-finished-client',
      state: 'pending',
      at: expect.any(Date),
      why: '127.0.0.1:1: cannot be reached (ECONNREFUSED).',
    },
  ]);
  await hook(null);
  expect(await sendWebhook(delivery!)).toEqual({ state: 'off' });
  const own = await startReceiver(sender.secretOf(clientId));
  await hook(own.url);
  expect(await sendWebhook(delivery!)).toEqual({ state: 'sent' });
  expect(own.taken.map(({ id }) => id)).toEqual([`${importId}_finished`]);
  expect(await ports.outbox.webhooksNotTaken(importId)).toEqual([]);
  await own.close();
});

test('one that wants no more, or that nobody took for a day, is known by its import, with the reason', async () => {
  const { begun, ports } = temporal();
  const { importId, happen } = await importing('given-up', GOOD);
  await happen(ports);
  everything.answer = () => 410;
  expect(await deliver(begun, ports)).toEqual(['failed']);
  const [kind, why] = [
    'webhook-finished-installation',
    expect.stringMatching(/^127\.0\.0\.1:\d+: answered 410: it wants no more events\.$/),
  ];
  const finished = { id: `${importId}_finished`, kind, state: 'failed', at: expect.any(Date), why };
  expect(await ports.outbox.webhooksNotTaken(importId)).toEqual([finished]);

  const failed = { type: 'import.failed', clientId: begun.values().next().value!.clientId, importId, at: 0, attempt: 1 } as const;
  await stepsOver(later(ports, 1)).markWebhookFailed({ ...failed, because: 'failed', receiver: 'client', why: 'It was asleep.' });
  expect(await ports.outbox.webhooksNotTaken(importId)).toEqual([
    finished,
    { id: `${importId}_failed_1`, kind: 'webhook-failed_1-client', state: 'failed', at: expect.any(Date), why: 'It was asleep.' },
  ]);
});

test('one whose workflow was ended by hand is given up in the standing pass, and one that is still tried is not', async () => {
  const { begun, ports } = temporal();
  const [stopped, tried] = [await importing('stopped', GOOD), await importing('tried', GOOD)];
  everything.answer = () => 503;
  for (const { happen } of [stopped, tried]) await happen(ports);
  for (const delivery of begun.values()) await expect(stepsOver(ports).sendWebhook(delivery)).rejects.toThrow('answered 503');
  // An e-mail that waits is none of its business.
  await ports.outbox.setState(stopped.importId, 'hold', 'pending', new Date());

  const failed: string[] = [];
  const metrics = { ...ports.metrics, webhookEnded: ({ clientId }: { readonly clientId: ClientId }) => void failed.push(clientId) };
  const inboxes = { ...ports.inboxes, isDelivering: async (importId: ImportId) => importId === tried.importId };
  const pass = (hours: number) => stepsOver({ ...later(ports, hours), inboxes, metrics }).wakeWaiting();
  const stateOf = async ({ importId }: Prepared) => (await ports.outbox.webhooksNotTaken(importId)).map(({ state, why }) => [state, why]);
  const waits = ['pending', expect.stringMatching(/answered 503\.$/)];
  // It may wait for a slot that long.
  expect(await pass(0.9)).toMatchObject({ stopped: 0 });
  expect([await stateOf(stopped), await stateOf(tried)]).toEqual([[waits], [waits]]);
  expect(await pass(1.1)).toMatchObject({ stopped: 1 });
  const givenUp = ['failed', expect.stringMatching(/answered 503\. It is not tried any more: its workflow was ended in Temporal\.$/)];
  expect([await stateOf(stopped), await stateOf(tried)]).toEqual([[givenUp], [waits]]);
  expect(await ports.outbox.webhooksGivenUp(new Date(0))).toContainEqual({ importId: stopped.importId, receiver: 'installation' });
  expect([await ports.outbox.state(stopped.importId, 'hold'), failed]).toEqual(['pending', ['stopped']]);
  expect(await pass(1.2)).toMatchObject({ stopped: 0 });
});

test('of an event whose URL was removed between two tries nobody is warned', async () => {
  everything.answer = () => 503;
  const { begun, ports } = temporal();
  const { importId, happen } = await importing('removed', GOOD);
  await happen(ports);
  for (const delivery of begun.values()) await expect(stepsOver(ports).sendWebhook(delivery)).rejects.toThrow('answered 503');
  const inboxes = { ...ports.inboxes, isDelivering: async () => false };
  await stepsOver({ ...later(ports, 1.1), inboxes, webhookUrl: null }).wakeWaiting();
  expect(await ports.outbox.webhooksNotTaken(importId)).toMatchObject([
    { state: 'failed', why: 'It is not tried any more: its URL was removed.' },
  ]);
  expect((await ports.outbox.webhooksGivenUp(new Date(0))).map((event) => event.importId)).not.toContain(importId);
});

test('a Temporal that cannot be reached delays a step; one that refuses the event costs only the event, and the import says so', async () => {
  const { begun, ports } = temporal();
  const { importId, happen } = await importing('odd', GOOD);
  const refusing = (refusal: Error): ActivityPorts => ({
    ...ports,
    webhooks: {
      async startDelivery() {
        throw refusal;
      },
    },
  });
  for (const trouble of [new ImportsError('UNREACHABLE', 'Temporal cannot be reached.'), new Error('13 INTERNAL')]) {
    await expect(happen(refusing(trouble))).rejects.toThrow(trouble.message);
    expect(await ports.outbox.webhooksNotTaken(importId)).toEqual([]);
  }
  await happen(refusing(new ImportsError('CONFIG', 'Temporal refused to start the delivery of an event (gRPC status 7).')));
  expect(await ports.imports.find(importId)).toMatchObject({ state: 'finished', outcome: 'imported-with-failures' });
  expect(await ports.outbox.webhooksNotTaken(importId)).toEqual([
    {
      id: `${importId}_finished`,
      kind: 'webhook-finished-installation',
      state: 'failed',
      at: expect.any(Date),
      why: 'It could not be handed to Temporal; see the log of the worker.',
    },
  ]);
  expect(begun.size).toBe(0);
});

test('an import that fails while Temporal is away is counted once, and told when it is back', async () => {
  const { begun, ports } = temporal();
  const { importId } = await claimed('away', GOOD);
  const turn = await giveTurn(world.ports, importId);
  const ended: string[] = [];
  const metrics = { ...ports.metrics, importEnded: ({ outcome }: { readonly outcome: string }) => void ended.push(outcome) };
  const away = async () => {
    throw new ImportsError('UNREACHABLE', 'Temporal cannot be reached.');
  };
  const failed = { importId, turn, state: 'failed', failure: 'It broke.' } as const;
  await expect(stepsOver({ ...ports, metrics, webhooks: { startDelivery: away } }).markImport(failed)).rejects.toThrow('reached');
  await stepsOver({ ...ports, metrics }).markImport(failed);
  expect([ended, [...begun.keys()]]).toEqual([['failed'], [`webhook/${importId}_failed_1/installation`]]);
});

test('an import that is held once more after a retry tells when it was held then', async () => {
  const { begun, ports } = temporal();
  const { importId } = await claimed('held-twice', GOOD);
  const turn = await giveTurn(world.ports, importId);
  const numbers = { archives: 1, permits: 0, activeUsers: 3, percent: 33, emailChanges: 0, userNameChanges: 0 };
  await putInto(world, importId, 'inspecting', { attempts: 1 });
  await stepsOver(ports).markHeld({ importId, turn, numbers });
  await putInto(world, importId, 'inspecting', { attempts: 2 });
  await stepsOver(later(ports, 1)).markHeld({ importId, turn, numbers });
  const [first, second] = [...begun.values()];
  expect([eventIdOf(first!), eventIdOf(second!)]).toEqual([`${importId}_held_1`, `${importId}_held_2`]);
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(HOUR);
});

test('an event that was taken is not said to be given up by whoever did not hear of it', async () => {
  const { begun, ports } = temporal();
  const { importId, happen } = await importing('late', GOOD);
  await happen(ports);
  await deliver(begun, ports);
  const [delivery] = [...begun.values()];
  expect(await stepsOver(ports).markWebhookFailed({ ...delivery!, why: 'It was too late.' })).toEqual({ state: 'sent' });
  expect(await ports.outbox.webhooksNotTaken(importId)).toEqual([]);
});

test('nothing is begun where nobody wants to know', async () => {
  const { begun, ports } = temporal();
  const { happen } = await importing('nobody', GOOD);
  await happen({ ...ports, webhookUrl: null });
  expect(begun.size).toBe(0);
});

test('an event is named in Temporal by ids and words of our own only', async () => {
  const { begun, ports } = temporal();
  await (await importing('names', GOOD)).happen(ports);
  const [[id, delivery]] = [...begun] as [[string, WebhookDelivery]];
  expect([id, eventIdOf(delivery)]).toEqual(['webhook/names-1_finished/installation', 'names-1_finished']);
  expect(delivery).toEqual({
    type: 'import.finished',
    clientId: 'names',
    importId: 'names-1',
    at: expect.any(Number),
    receiver: 'installation',
  });
});
