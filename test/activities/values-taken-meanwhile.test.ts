// The surrounding application takes an e-mail or a user name while records that wait for one another are being settled. Who loses is
// told, who loses nothing keeps everything, and no two users have one value.

import type { ActivityPorts } from '../../activities/activity-ports';
import type { ClientId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, type World } from '../support/in-process-import';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const HEADER = 'unique_id,login_source,email,user_name\n';
const FIRST = `${HEADER}a,OPSCOM,a@x.example,a\nb,OPSCOM,b@x.example,b\nc,OPSCOM,c@x.example,c\n`;

/** What the application registers as soon as the settlement is about to write. */
type Taken = { readonly email?: string; readonly userName?: string };

async function importWhileTaken(name: string, content: string, taken: Taken) {
  const clientId = await world.addClient(name);
  await world.drop(clientId, 'first.csv', FIRST);
  await world.importAll(clientId);
  await world.drop(clientId, 'second.csv', HEADER + content);
  const [file] = await claim(world.ports, clientId);
  const settling: ActivityPorts = { ...world.ports, users: { ...world.ports.users, write: takenBefore(clientId, taken) } };
  await runImport(world.ports, file!.importId, { ...stepsOver(world.ports), applyDeferred: stepsOver(settling).applyDeferred });
  return { clientId, run: (await world.ports.imports.find(file!.importId))! };
}

function takenBefore(clientId: ClientId, { email, userName }: Taken): ActivityPorts['users']['write'] {
  let isFirst = true;
  return async (run, writes) => {
    if (isFirst) {
      isFirst = false;
      await world.db.collection('users').insertOne({
        _id: `${clientId}/stranger` as never,
        clientId,
        ...(email !== undefined && { email, emailKey: `${clientId}/${email}` }),
        ...(userName !== undefined && { userName, userNameKey: `${clientId}/${userName}` }),
      });
    }
    return world.ports.users.write(run, writes);
  };
}

/** By unique id: the e-mail, and whether it is guarded. */
async function emailsOf(clientId: ClientId) {
  const users = await world.db.collection('users').find({ clientId }).sort({ _id: 1 }).toArray();
  return users.map(({ email, emailKey }) => (emailKey === `${clientId}/${String(email)}` ? String(email) : `${String(email)} unguarded`));
}

async function reasonsOf({ importId }: Awaited<ReturnType<typeof importWhileTaken>>['run']) {
  const codes: Record<string, readonly string[]> = {};
  for await (const { uniqueId, reasons } of world.ports.rejected.all(importId)) codes[uniqueId] = reasons.map(({ code }) => code);
  return codes;
}

it('a chain whose free end is taken is rejected from there on, and everybody keeps what they have', async () => {
  const chain = 'a,OPSCOM,b@x.example,\nb,OPSCOM,c@x.example,\nc,OPSCOM,new@x.example,\n';
  const { clientId, run } = await importWhileTaken('taken-chain', chain, { email: 'c@x.example' });
  expect(await reasonsOf(run)).toEqual({ a: ['9019'], b: ['9019'] });
  expect(run.counts).toMatchObject({ records: 3, updated: 1, rejected: 2 });
  expect(await emailsOf(clientId)).toEqual(['a@x.example', 'b@x.example', 'new@x.example', 'c@x.example']);
});

it('a swap that fails for another value leaves both with the e-mails they have', async () => {
  const swap = 'a,OPSCOM,b@x.example,one\nb,OPSCOM,a@x.example,two\n';
  const { clientId, run } = await importWhileTaken('taken-swap', swap, { userName: 'two' });
  expect(await reasonsOf(run)).toEqual({ a: ['9019'], b: ['9019', '9020'] });
  expect((await emailsOf(clientId)).slice(0, 3)).toEqual(['a@x.example', 'b@x.example', 'c@x.example']);
});

it('a swap rejects both when the e-mail that one of them gave up for it is taken, and the other one keeps theirs', async () => {
  const swap = 'a,OPSCOM,b@x.example,\nb,OPSCOM,a@x.example,\n';
  const { clientId, run } = await importWhileTaken('taken-released', swap, { email: 'a@x.example' });
  expect(await reasonsOf(run)).toEqual({ a: ['9019'], b: ['9019'] });
  expect(await emailsOf(clientId)).toEqual(['a@x.example unguarded', 'b@x.example', 'c@x.example', 'a@x.example']);
});
