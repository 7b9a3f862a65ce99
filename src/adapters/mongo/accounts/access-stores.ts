// What the front doors look at: logins of clients, addresses that are not let in for a while, and who is logged in.

import type { AccountStore, BanStore, SessionStore } from '../../../ports';
import type { Account, Ban, LiveSession } from '../../../domain/client/access';
import { notFound, notNow } from '../../../errors';
import type { AccountDocument, BanDocument, SessionDocument } from '../documents';
import { isDuplicateKey } from '../write-failures';
import { ifFound, type Models } from '../models';

/** The user name is the `_id`: unique over all clients without a further index. */
export function createAccountStore({ accounts }: Pick<Models, 'accounts'>): AccountStore {
  return {
    find: async (userName) => ifFound(await accounts.findById(userName).lean<AccountDocument>(), toAccount),
    async list(clientId) {
      const filter = clientId === undefined ? {} : { clientId };
      return (await accounts.find(filter).sort({ _id: 1 }).lean<AccountDocument[]>()).map(toAccount);
    },
    async add({ userName, ...account }) {
      try {
        await accounts.create({ _id: userName, ...account });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        throw notNow(`Account ${userName} was not added: the user name is taken. Choose another one.`);
      }
    },
    async update(userName, change) {
      const { matchedCount } = await accounts.updateOne({ _id: userName }, { $set: change });
      if (matchedCount === 0) throw notFound(`Account ${userName} was not changed: there is none. See \`imports account list\`.`);
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

function toAccount({ _id, ...account }: AccountDocument): Account {
  return { userName: _id, ...account };
}

function wasSeenAt({ knownPlaces = [] }: Account, place: string, since: Date): boolean {
  return knownPlaces.some(({ address, at }) => address === place && at >= since);
}

/** One document an address, found by it; so few that they are read as a whole. */
export function createBanStore({ bans }: Pick<Models, 'bans'>): BanStore {
  return {
    async inForce(at) {
      const filter = { until: { $gt: at } };
      return (await bans.find(filter).sort({ _id: 1 }).lean<BanDocument[]>()).map(toBan);
    },
    find: async (address) => ifFound(await bans.findById(address).lean<BanDocument>(), toBan),
    async put({ address, ...ban }) {
      await bans.updateOne({ _id: address }, { $set: ban }, { upsert: true });
    },
    async remove(address) {
      return (await bans.deleteOne({ _id: address })).deletedCount > 0;
    },
    async forget(endedBefore) {
      await bans.deleteMany({ until: { $lt: endedBefore } });
    },
  };
}

function toBan({ _id, ...ban }: BanDocument): Ban {
  return { address: _id, ...ban };
}

/** A process that is killed removes nothing: what gives no sign of life is not counted as live. */
export function createSessionStore({ sessions }: Pick<Models, 'sessions'>): SessionStore {
  return {
    async beat(live, at) {
      await sessions.bulkWrite(
        live.map(({ sessionId, ...session }) => ({
          updateOne: { filter: { _id: sessionId }, update: { $set: { ...session, seenAt: at } }, upsert: true },
        })),
        { ordered: false },
      );
    },
    async remove(sessionIds) {
      await sessions.deleteMany({ _id: { $in: [...sessionIds] } });
    },
    async live(since) {
      const filter = { seenAt: { $gte: since } };
      return (await sessions.find(filter, { sort: { since: 1 } }).toArray()).map(toSession);
    },
    async forget(silentSince) {
      await sessions.deleteMany({ seenAt: { $lt: silentSince } });
    },
  };
}

function toSession({ _id, seenAt: _seenAt, ...session }: SessionDocument): LiveSession {
  return { sessionId: _id, ...session };
}
