// Whose turn it is: one document a client, changed by compare-and-set only, so that no turn is given twice.

import type { ClientId } from '../../../domain/ids';
import type { Turn, TurnStore } from '../../../ports';
import type { TurnDocument } from '../documents';
import { isDuplicateKey } from '../write-failures';
import type { Models } from '../models';

export function createTurnStore({ turns }: Pick<Models, 'turns'>): TurnStore {
  return {
    async find(clientId) {
      const found = await turns.findById(clientId).lean<TurnDocument>();
      return found === null ? { clientId, turn: 0, holder: null, restUntil: null } : toTurn(found);
    },
    async give(clientId, last, holder) {
      const given = { $set: { turn: last + 1, holder, restUntil: null } };
      try {
        // Only the first turn makes the document.
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
    async taken() {
      const found = await turns.find({ holder: { $ne: null } }, { _id: 1 }).lean<{ readonly _id: ClientId }[]>();
      return found.map(({ _id }) => _id);
    },
  };
}

function toTurn({ _id, ...turn }: TurnDocument): Turn {
  return { clientId: _id, ...turn };
}
