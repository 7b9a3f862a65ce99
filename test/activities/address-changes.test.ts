// When failed records are to go to another address, the old one and the new one hear of it, once each, whatever dies in between.

import { ImportsError } from '../../src/errors';
import type { ClientId } from '../../src/domain/ids';
import { startWorld, stepsOver, type World } from '../support/in-process-import';
import { mortal } from '../support/mortal';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.close());

const tell = (ports = world.ports) => stepsOver(ports).tellAddressChanges();
const mailsOf = (clientId: ClientId) =>
  world.mails.filter(({ subject }) => subject === `Failed records of ${clientId} now go to another address`);

async function moved(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name);
  const by = { name: 'pat', uid: 1000, host: 'desk', selfDeclared: null };
  const act = { action: 'client set', clientId, subject: clientId, reason: null };
  const was = { failedImportEmail: `old@${name}.example` };
  const is = { failedImportEmail: `new@${name}.example` };
  await world.mongo.audit.append({ ...act, was, is }, by, new Date());
  await world.mongo.audit.append({ ...act, was: { report: 'failures' }, is: { report: 'always' } }, by, new Date());
  return clientId;
}

test('the old and the new address are told once, and neither learns the other', async () => {
  const clientId = await moved('moved');
  await tell();
  await tell();
  const mails = mailsOf(clientId);
  expect(mails.map(({ to }) => to)).toEqual(['old@moved.example', 'new@moved.example']);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  expect(mails[0]?.text).not.toContain('new@moved.example');
  expect(mails[1]?.text).not.toContain('old@moved.example');
  expect(mails[0]?.text).toContain('pat');
});

test('a mail server that refuses one of them keeps nobody else from being told', async () => {
  const clientId = await moved('refused');
  const mailer: World['ports']['mailer'] = {
    ...world.ports.mailer,
    async send(message) {
      if (message.to === 'old@refused.example') throw new ImportsError('MAIL_REJECTED', 'The mail server refused it. Check the address.');
      await world.ports.mailer.send(message);
    },
  };
  await tell({ ...world.ports, mailer });
  expect(mailsOf(clientId).map(({ to }) => to)).toEqual(['new@refused.example']);
});

test.each(['before', 'after'] as const)(
  'killed %s any call, each is told in the end, and a repeat has the same Message-ID',
  async (when) => {
    const clientId = await moved(`killed-${when}`);
    for (let at = 1; ; at++) {
      const { ports, seen } = mortal(world.ports, { at, when });
      await tell(ports);
      if (!seen.dead) break;
    }
    const mails = mailsOf(clientId);
    expect([...new Set(mails.map(({ to }) => to))].sort()).toEqual([`new@${clientId}.example`, `old@${clientId}.example`]);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  },
);
