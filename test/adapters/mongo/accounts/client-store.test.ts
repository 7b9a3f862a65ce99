// Clients and their accounts against the engine in use.

import { type Client, DEFAULT_SETTINGS } from '../../../../src/domain/client';
import { type ClientId, parseClientId } from '../../../../src/domain/ids';
import type { Account } from '../../../../src/domain/client/access';
import { useMongo } from '../../../support/use-mongo';

const mongo = useMongo();

const client = (change: Partial<Client> = {}): Client => ({
  clientId: mongo.clientId,
  enabled: true,
  settings: {
    ...DEFAULT_SETTINGS,
    failedImportEmail: 'it@client.example',
    replyToAdminEmail: 'admin@client.example',
    userTypes: [{ id: 1, name: 'Student' }],
    schedule: { cron: '0 4 * * *', timeZone: 'America/Toronto' },
  },
  ...change,
});
const account = (userName: string, change: Partial<Account> = {}): Account => ({
  userName,
  clientId: mongo.clientId,
  passwordHash: '$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA',
  publicKeys: [{ algorithm: 'ssh-ed25519', blob: 'AAAA', fingerprint: 'SHA256:abc', comment: 'laptop' }],
  enabled: true,
  lastLoginAt: null,
  ...change,
});

describe('a client', () => {
  test('is found and listed as it was added, to the last setting', async () => {
    await mongo.store.clients.add(client());
    expect(await mongo.store.clients.find(mongo.clientId)).toEqual(client());
    expect(await mongo.store.clients.list()).toContainEqual(client());
    expect(await mongo.store.clients.find('nobody' as ClientId)).toBeUndefined();
  });

  test('asks for the schedule of its setting while it is enabled, together with all that share it', async () => {
    const schedule = { cron: '7 3 * * *', timeZone: 'Europe/Vienna' };
    const settings = { ...client().settings, schedule };
    await mongo.store.clients.add(client({ settings }));
    await mongo.store.clients.add(client({ clientId: `${mongo.clientId}2` as ClientId, settings }));
    const asked = async () => (await mongo.store.clients.schedules()).filter((one) => 'cron' in one && one.cron === schedule.cron);
    expect(await asked()).toEqual([schedule]);
    await mongo.store.clients.setEnabled(mongo.clientId, false);
    expect(await asked()).toEqual([schedule]);
    await mongo.store.clients.setEnabled(`${mongo.clientId}2` as ClientId, false);
    expect(await asked()).toEqual([]);
  });

  test('is added once', async () => {
    await mongo.store.clients.add(client());
    await expect(mongo.store.clients.add(client({ enabled: false }))).rejects.toMatchObject({ name: 'ImportsError', code: 'NOT_NOW' });
    expect(await mongo.store.clients.find(mongo.clientId)).toEqual(client());
  });

  test('has its settings replaced and is disabled, each without touching the other', async () => {
    await mongo.store.clients.add(client());
    const settings = { ...client().settings, userTypes: [], schedule: { every: '1h' } };
    await mongo.store.clients.setSettings(mongo.clientId, settings);
    await mongo.store.clients.setEnabled(mongo.clientId, false);
    expect(await mongo.store.clients.find(mongo.clientId)).toEqual(client({ enabled: false, settings }));
  });

  test('is paused and resumed without touching anything else', async () => {
    await mongo.store.clients.add(client());
    const paused = { at: new Date(5), by: 'pat', reason: 'they move their payroll' };
    await mongo.store.clients.pause(mongo.clientId, paused);
    await mongo.store.clients.setEnabled(mongo.clientId, false);
    expect(await mongo.store.clients.find(mongo.clientId)).toEqual(client({ enabled: false, paused }));
    expect(await mongo.store.clients.list()).toContainEqual(client({ enabled: false, paused }));
    const resumed = { at: new Date(6), by: 'kim', reason: 'they have moved' };
    await mongo.store.clients.resume(mongo.clientId, resumed);
    expect(await mongo.store.clients.find(mongo.clientId)).toEqual(client({ enabled: false, resumed }));
    await mongo.store.clients.pause(mongo.clientId, paused);
    expect(await mongo.store.clients.find(mongo.clientId)).toEqual(client({ enabled: false, paused }));
  });

  test('that does not exist cannot be changed', async () => {
    await expect(mongo.store.clients.pause(mongo.clientId, { at: new Date(5), by: 'pat', reason: 'none' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(mongo.store.clients.setEnabled(mongo.clientId, false)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(mongo.store.clients.setSettings(mongo.clientId, client().settings)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('added before a setting existed has its default', async () => {
    await mongo.store.clients.add(client());
    await mongo.collection('clients').updateOne({ _id: mongo.clientId }, { $unset: { 'settings.holdAbove': '' } });
    expect(await mongo.store.clients.find(mongo.clientId)).toEqual(client());
  });
});

describe('an account', () => {
  test('is found by its exact name, and listed with its client', async () => {
    const other = parseClientId('other')!;
    await mongo.store.accounts.add(account('jo'));
    await mongo.store.accounts.add(account('Jo', { clientId: other, passwordHash: null, publicKeys: [] }));
    expect(await mongo.store.accounts.find('jo')).toEqual(account('jo'));
    expect(await mongo.store.accounts.find('Jo')).toEqual(account('Jo', { clientId: other, passwordHash: null, publicKeys: [] }));
    expect(await mongo.store.accounts.find('JO')).toBeUndefined();
    expect((await mongo.store.accounts.list(mongo.clientId)).map(({ userName }) => userName)).toEqual(['jo']);
    expect((await mongo.store.accounts.list()).map(({ userName }) => userName)).toEqual(expect.arrayContaining(['jo', 'Jo']));
  });

  test('has a name that no other client can take', async () => {
    await mongo.store.accounts.add(account('taken'));
    await expect(mongo.store.accounts.add(account('taken', { clientId: parseClientId('other')! }))).rejects.toMatchObject({
      code: 'NOT_NOW',
    });
    expect(await mongo.store.accounts.find('taken')).toEqual(account('taken'));
  });

  test('changes only in what an update names', async () => {
    await mongo.store.accounts.add(account('changing'));
    await mongo.store.accounts.update('changing', { lastLoginAt: new Date(5), passwordHash: null });
    expect(await mongo.store.accounts.find('changing')).toEqual(account('changing', { lastLoginAt: new Date(5), passwordHash: null }));
  });

  test('that does not exist cannot be changed', async () => {
    await expect(mongo.store.accounts.update('none', { enabled: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
