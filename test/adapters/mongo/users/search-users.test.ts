// Looking for users by what a client calls them.

import { userIdOf } from '../../../../src/domain/ids';
import { useMongo } from '../../../support/use-mongo';

const mongo = useMongo();

const user = (uniqueId: string, values: Readonly<Record<string, string>> = {}, client: string = mongo.clientId) => ({
  _id: `${client}/${uniqueId}`,
  clientId: client,
  status: 'active',
  ...values,
  ...(values['email'] !== undefined && { emailKey: `${client}/${values['email'].toLowerCase()}` }),
  ...(values['userName'] !== undefined && { userNameKey: `${client}/${values['userName']}` }),
});
const add = (...users: ReturnType<typeof user>[]) => mongo.collection('users').insertMany(users);
const search = async (text: string, limit = 50) => {
  const { users, isWhole } = await mongo.store.users.search(mongo.clientId, text, limit);
  return { ids: users.map(({ uniqueId }) => uniqueId), isWhole };
};

test("finds by unique id, e-mail in any case, user name and parts of names, the exact ones first, each once, and nobody else's", async () => {
  await add(
    user('ann', { firstName: 'Zoe', lastName: 'Ray' }),
    user('annex', { firstName: 'Cy' }),
    user('1', { email: 'Ann@acme.example', firstName: 'Ann', lastName: 'Lee' }),
    user('2', { userName: 'ann', firstName: 'Joanna', lastName: "O'Lee" }),
    user('3', { firstName: 'Bo (x' }),
    user('ann', { firstName: 'Ann' }, 'zz-other'),
  );
  expect(await search('ann')).toEqual({ ids: ['ann', '2', 'annex', '1'], isWhole: true });
  expect(await search('ANN@ACME.EXAMPLE')).toEqual({ ids: ['1'], isWhole: true });
  expect(await search('lee  ann')).toEqual({ ids: ['1', '2'], isWhole: true });
  expect(await search('o (X')).toEqual({ ids: ['3'], isWhole: true });
  expect(await search('.*')).toEqual({ ids: [], isWhole: true });
  expect(await search('ann', 2)).toEqual({ ids: ['ann', '2'], isWhole: false });
  expect((await mongo.store.users.search(mongo.clientId, '1', 9)).users[0]).toMatchObject({
    userId: userIdOf(mongo.clientId, '1'),
    values: { firstName: 'Ann', email: 'Ann@acme.example' },
  });
});
