// Whose turn it is: one document per client, changed by compare-and-set only, so that no turn is given twice.

import type { ClientId } from '../../../domain/ids';
import type { TurnStore } from '../../../ports';
import type { Turn } from '../../../domain/turn';
import type { TurnDocument } from '../documents';
import { isDuplicateKey } from '../write-failures';
import type { Models } from '../models';

/** A client without a document. */
const UNTOUCHED = { turn: 0, holder: null, restUntil: null, look: false, looks: 0 };

export function createTurnStore({ turns }: Pick<Models, 'turns'>): TurnStore {
  return {
    async find(clientId) {
      const found = await turns.findById(clientId).lean<TurnDocument>();
      return found === null ? { clientId, ...UNTOUCHED } : toTurn(found);
    },
    async give(clientId, last, holder) {
      const { look, looks } = UNTOUCHED;
      const given = { $set: { turn: last + 1, holder, restUntil: null }, $setOnInsert: { look, looks } };
      try {
        const { matchedCount, upsertedCount } = await turns.updateOne({ _id: clientId, turn: last, holder: null }, given, {
          upsert: last === 0,
        });
        return matchedCount + upsertedCount > 0 ? last + 1 : undefined;
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    async free(clientId, turn, restUntil) {
      await turns.updateOne({ _id: clientId, turn }, { $set: { holder: null, restUntil } });
    },
    async askLook(clientId) {
      const { turn, holder, restUntil } = UNTOUCHED;
      const asked = { $set: { look: true }, $inc: { looks: 1 } };
      const ask = () => turns.updateOne({ _id: clientId }, { ...asked, $setOnInsert: { turn, holder, restUntil } }, { upsert: true });
      try {
        await ask();
      } catch (error) {
        // The document was made at the same moment.
        if (!isDuplicateKey(error)) throw error;
        await ask();
      }
    },
    async looked(clientId, looks) {
      await turns.updateOne({ _id: clientId, looks }, { $set: { look: false } });
    },
    async waiting() {
      const found = await turns.find({ $or: [{ holder: { $ne: null } }, { look: true }] }, { _id: 1 }).lean<{ readonly _id: ClientId }[]>();
      return found.map(({ _id }) => _id);
    },
  };
}

/** A database may drop the nulls of an insertion. */
function toTurn({ _id, ...turn }: TurnDocument): Turn {
  return { clientId: _id, ...UNTOUCHED, ...turn };
}
