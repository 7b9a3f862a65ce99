// Whose turn it is, on databases that differ in what they keep of an insertion.

import { useMongo } from '../../../support/use-mongo';

const mongo = useMongo();

it('a document that was inserted without its nulls reads as one with them', async () => {
  const { turns } = mongo.store;
  const { clientId } = mongo;
  await turns.askLook(clientId);
  await mongo.collection('turns').updateOne({ _id: clientId }, { $unset: { holder: '', restUntil: '' } });
  expect(await turns.find(clientId)).toEqual({ clientId, turn: 0, holder: null, restUntil: null, look: true, looks: 1 });
  const holder = { kind: 'import', importId: `${clientId}-1` as never } as const;
  expect(await turns.give(clientId, 0, holder)).toBe(1);
  expect(await turns.find(clientId)).toEqual({ clientId, turn: 1, holder, restUntil: null, look: true, looks: 1 });
});
