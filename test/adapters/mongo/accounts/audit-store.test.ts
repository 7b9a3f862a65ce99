// The audit is a chain: entries from many commands at once get a place each, and whatever is changed, removed or put in shows.

import type { Act, Operator } from '../../../../src/domain/audit';
import { useMongo } from '../../../support/use-mongo';

const mongo = useMongo();
const pat: Operator = { name: 'pat', uid: 1000, host: 'desk', selfDeclared: null };
const at = (minutes: number): Date => new Date(Date.UTC(2026, 10, 20, 12, minutes));
const act = (subject: string): Act => ({
  action: 'client set',
  clientId: mongo.clientId,
  subject,
  reason: null,
  was: { report: 'failures', holdAbove: { percent: 20, archives: 50 } },
  is: { report: 'always' },
});
const audit = () => mongo.collection('audit');
const all = async () => {
  const found = [];
  for await (const entry of mongo.store.audit.entries({})) found.push(entry);
  return found;
};
beforeEach(async () => void (await audit().deleteMany({})));

test('twenty commands at once have a place each, and the chain holds', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => mongo.store.audit.append(act(`c${n}`), pat, at(n))));
  const entries = await all();
  expect(entries.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  expect(entries.map(({ previousHash }) => previousHash)).toEqual(['', ...entries.slice(0, -1).map(({ hash }) => hash)]);
  expect(new Set(entries.map(({ subject }) => subject)).size).toBe(20);
  expect(await mongo.store.audit.verify()).toEqual({ entries: 20, head: entries.at(-1)?.hash, broken: null });
});

test('entries come back as they were written, by client and from a time on', async () => {
  const entry = await mongo.store.audit.append(act('acme'), pat, at(1));
  await mongo.store.audit.append({ ...act('other'), clientId: null }, pat, at(2));
  expect((await all())[0]).toEqual(entry);
  expect(entry).toMatchObject({ ...act('acme'), by: pat, at: at(1), seq: 1 });
  const found = [];
  for await (const { subject } of mongo.store.audit.entries({ clientId: mongo.clientId })) found.push(subject);
  for await (const { subject } of mongo.store.audit.entries({ since: at(2) })) found.push(subject);
  expect(found).toEqual(['acme', 'other']);
});

test.each([
  ['a changed text', 2, () => audit().updateOne({ _id: 2 as never }, { $set: { text: '{"seq":2}' } })],
  ['a changed client', 2, () => audit().updateOne({ _id: 2 as never }, { $set: { clientId: 'zenith' } })],
  ['a removed entry', 3, () => audit().deleteOne({ _id: 2 as never })],
  ['a removed first entry', 2, () => audit().deleteOne({ _id: 1 as never })],
  [
    'an entry that was replaced by a sound one',
    3,
    async () => {
      const third = await audit().findOne({ _id: 3 as never });
      await audit().deleteMany({ _id: { $gte: 2 as never } });
      await mongo.store.audit.append(act('nothing happened'), pat, at(2));
      if (third !== null) await audit().insertOne(third);
    },
  ],
])('%s breaks the chain', async (_what, seq, tamper) => {
  for (let n = 1; n <= 3; n++) await mongo.store.audit.append(act(`c${n}`), pat, at(n));
  expect((await mongo.store.audit.verify()).broken).toBeNull();
  await tamper();
  expect((await mongo.store.audit.verify()).broken).toMatchObject({ seq });
});
