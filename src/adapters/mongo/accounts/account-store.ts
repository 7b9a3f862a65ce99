// Logins of clients. The user name is the `_id`: unique over all clients without a further index.

import type { AccountStore } from '../../../ports';
import type { Account } from '../../../domain/client/access';
import { ImportsError } from '../../../errors';
import type { AccountDocument } from '../documents';
import { isDuplicateKey } from '../write-failures';
import type { Models } from '../models';

export function createAccountStore({ accounts }: Pick<Models, 'accounts'>): AccountStore {
  return {
    async find(userName) {
      const document = await accounts.findById(userName).lean<AccountDocument>();
      return document === null ? undefined : toAccount(document);
    },
    async list(clientId) {
      const filter = clientId === undefined ? {} : { clientId };
      return (await accounts.find(filter).sort({ _id: 1 }).lean<AccountDocument[]>()).map(toAccount);
    },
    async add({ userName, ...account }) {
      try {
        await accounts.create({ _id: userName, ...account });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        throw new ImportsError('NOT_NOW', `Account ${userName} was not added: the user name is taken. Choose another one.`);
      }
    },
    async update(userName, change) {
      const { matchedCount } = await accounts.updateOne({ _id: userName }, { $set: change });
      if (matchedCount === 0) {
        throw new ImportsError('NOT_FOUND', `Account ${userName} was not changed: there is none. See \`imports account list\`.`);
      }
    },
    async replaceHash(userName, former, hash) {
      await accounts.updateOne({ _id: userName, passwordHash: former }, { $set: { passwordHash: hash } });
    },
    async seenAt(place, since) {
      const found = await accounts.find({ 'knownPlaces.address': place }).lean<AccountDocument[]>();
      return found.map(toAccount).filter((account) => wasSeenAt(account, place, since));
    },
  };
}

function toAccount({ _id, clientId, passwordHash, publicKeys, enabled, lastLoginAt, knownPlaces }: AccountDocument): Account {
  return { userName: _id, clientId, passwordHash, publicKeys, enabled, lastLoginAt, ...(knownPlaces !== undefined && { knownPlaces }) };
}

function wasSeenAt({ knownPlaces = [] }: Account, place: string, since: Date): boolean {
  return knownPlaces.some(({ address, at }) => address === place && at >= since);
}
