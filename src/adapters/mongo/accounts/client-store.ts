// Clients and their settings. What a stored client lacks because it was added before the setting existed has its default.

import type { UpdateQuery } from 'mongoose';
import { DEFAULT_SETTINGS, type Client, type Schedule } from '../../../domain/client';
import type { ClientId } from '../../../domain/ids';
import { notFound, notNow } from '../../../errors';
import type { ClientStore } from '../../../ports';
import type { ClientDocument } from '../documents';
import { isDuplicateKey } from '../write-failures';
import { ifFound, type Models } from '../models';

export function createClientStore({ clients }: Pick<Models, 'clients'>): ClientStore {
  const change = async (clientId: ClientId, update: UpdateQuery<ClientDocument>): Promise<void> => {
    const { matchedCount } = await clients.updateOne({ _id: clientId }, update);
    if (matchedCount === 0) throw notFound(`Client ${clientId} was not changed: there is none of that id. See \`imports client list\`.`);
  };

  return {
    find: async (clientId) => ifFound(await clients.findById(clientId).lean<ClientDocument>(), toClient),
    list: async () => (await clients.find().sort({ _id: 1 }).lean<ClientDocument[]>()).map(toClient),
    async schedules() {
      const distinct = [{ $match: { enabled: true } }, { $group: { _id: '$settings.schedule' } }];
      return (await clients.aggregate<{ readonly _id: Schedule }>(distinct)).map(({ _id }) => _id);
    },
    async add({ clientId, ...client }) {
      try {
        await clients.create({ _id: clientId, ...client });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        throw notNow(`Client ${clientId} was not added: it already exists. Change it with \`imports client set\`.`);
      }
    },
    setSettings: (clientId, settings) => change(clientId, { $set: { settings } }),
    setEnabled: (clientId, enabled) => change(clientId, { $set: { enabled } }),
    pause: (clientId, paused) => change(clientId, { $set: { paused }, $unset: { resumed: 1 } }),
    resume: (clientId, resumed) => change(clientId, { $set: { resumed }, $unset: { paused: 1 } }),
  };
}

function toClient({ _id, settings, ...client }: ClientDocument): Client {
  return { clientId: _id, ...client, settings: { ...DEFAULT_SETTINGS, ...settings } };
}
