// Groups of a client's users. One document per group, under the client and its name without regard to case, spelled as it first came.

import { groupKey } from '../../../domain/record/groups';
import type { ClientId } from '../../../domain/ids';
import type { GroupStore } from '../../../ports';
import { duplicatesIn } from '../write-failures';
import { findByIds, type Models } from '../models';

const idOf = (clientId: ClientId, name: string) => `${clientId}/${groupKey(name)}`;

export function createGroupStore({ groups }: Pick<Models, 'groups'>): GroupStore {
  const find: GroupStore['find'] = async (clientId, names) => {
    const ids = names.map((name) => idOf(clientId, name));
    const found = await findByIds(groups, ids);
    return new Map(found.map(({ name }) => [groupKey(name), name]));
  };

  return {
    find,
    async ensure(run, names) {
      const { clientId, importId, at } = run;
      const known = await find(clientId, names);
      const missing = names.filter((name) => !known.has(groupKey(name)));
      if (missing.length === 0) return known;
      const documents = missing.map((name) => ({ _id: idOf(clientId, name), clientId, name, created: { importId, at } }));
      // One that is there meanwhile keeps its spelling.
      await duplicatesIn(() => groups.insertMany(documents, { ordered: false }));
      return find(clientId, names);
    },
  };
}
