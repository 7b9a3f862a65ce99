// Addresses that are not let in for a while. One document an address, found by it; so few that they are read as a whole.

import type { BanStore } from '../../../ports';
import type { Ban } from '../../../domain/client/access';
import type { BanDocument } from '../documents';
import type { Models } from '../models';

export function createBanStore({ bans }: Pick<Models, 'bans'>): BanStore {
  return {
    async inForce(at) {
      return (
        await bans
          .find({ until: { $gt: at } })
          .sort({ _id: 1 })
          .lean<BanDocument[]>()
      ).map(toBan);
    },
    async find(address) {
      const document = await bans.findById(address).lean<BanDocument>();
      return document === null ? undefined : toBan(document);
    },
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

function toBan({ _id, since, until, times, reason, spares }: BanDocument): Ban {
  return { address: _id, since, until, times, reason, spares };
}
