// An import goes by the client's settings of its inspection, to its end and through every retry, whatever is set meanwhile: what was
// decided when the numbers were looked at is what is done.

import { DEFAULT_SETTINGS } from '../../src/domain/client';
import type { ClientId } from '../../src/domain/ids';
import { claim, runImport, startWorld, stepsOver, type World } from '../support/in-process-import';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const HEADER = 'unique_id,login_source,email,active';
const FILE = `${HEADER}\n1,OPSCOM,,0\n2,OPSCOM,not an address,1\n3,SAML,,\n`;
type Step = keyof ReturnType<typeof stepsOver>;

async function prepare(name: string): Promise<ClientId> {
  const clientId = await world.addClient(name);
  await world.drop(clientId, 'first.csv', `${HEADER}\n1,OPSCOM,,\n2,OPSCOM,,\n`);
  await world.importAll(clientId);
  await world.drop(clientId, 'second.csv', FILE);
  return clientId;
}

/** Everything that a setting can change is set otherwise. */
async function setOtherwise(clientId: ClientId): Promise<void> {
  const { settings } = (await world.ports.clients.find(clientId))!;
  await world.ports.clients.setSettings(clientId, {
    ...settings,
    archiveOnInactive: true,
    loginSources: ['OPSCOM', 'SAML'],
    requiredFields: ['city'],
    failedImportEmail: `later@${clientId}.example`,
    report: 'always',
  });
}

const EXPECTED = { records: 3, created: 0, updated: 0, unchanged: 1, archived: 0, rejected: 2, inactiveIgnored: 1 };
const mailsOf = (importId: string) => world.mails.filter(({ messageId }) => messageId.startsWith(`<${importId}.`)).map(({ to }) => to);

it.each<Step>(['planArchive', 'applyChunk', 'applyDeferred', 'releasePermits', 'backUpFile', 'sendReport'])(
  'settings that are changed right before %s count for later files only',
  async (step) => {
    const clientId = await prepare(`before-${step.toLowerCase()}`);
    const [file] = await claim(world.ports, clientId);
    const steps = stepsOver(world.ports);
    const late = async (input: never) => {
      await setOtherwise(clientId);
      return (steps[step] as (input: never) => Promise<unknown>)(input);
    };
    await runImport(world.ports, file!.importId, { ...steps, [step]: late });
    expect(await world.ports.imports.find(file!.importId)).toMatchObject({
      state: 'finished',
      counts: EXPECTED,
      settings: { ...DEFAULT_SETTINGS, failedImportEmail: `it@${clientId}.example` },
    });
    expect(mailsOf(file!.importId)).toEqual([`it@${clientId}.example`]);
  },
);

it('a retry goes by the settings of the first attempt, and only an e-mail that is sent again by the addresses of now', async () => {
  const clientId = await prepare('retried');
  const [file] = await claim(world.ports, clientId);
  const { importId } = file!;
  const broken = { ...stepsOver(world.ports), applyChunk: () => Promise.reject(new Error('the disk is full')) };
  await expect(runImport(world.ports, importId, broken)).rejects.toThrow('the disk is full');
  await setOtherwise(clientId);
  await runImport(world.ports, importId);
  expect(await world.ports.imports.find(importId)).toMatchObject({ state: 'finished', counts: EXPECTED });
  const steps = stepsOver(world.ports);
  await steps.prepareResend({ importId });
  await steps.sendReport({ importId });
  expect(mailsOf(importId)).toEqual([`it@${clientId}.example`, `later@${clientId}.example`]);
  expect((await world.ports.imports.find(importId))?.settings).toMatchObject({ archiveOnInactive: false });
});
