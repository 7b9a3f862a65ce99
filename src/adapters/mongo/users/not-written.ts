// Why users were not written: another user holds the e-mail or user name, something of the application refuses the document (an index, a
// validator), or the user was not as we need it and is now, so that it is worth another try.

import type { ClientId, UserId } from '../../../domain/ids';
import type { FieldValues, WriteOutcome } from '../../../domain/user';
import type { UserDocument } from '../documents';
import { type Models, native } from '../models';
import { failuresIn, isDuplicate, type WriteFailure } from '../write-failures';
import { createKeyRepair } from './key-holders';
import { isRevision } from './revision';
import { KEY_OF, KEYED_FIELDS, keyOf, keyOfStored } from './unique-keys';

const VALIDATION_FAILED = 121;

interface FailedWrite {
  readonly userId: UserId;
  /** The values that were to be written. */
  readonly set: FieldValues;
  readonly failure: WriteFailure;
}

export function createNotWritten(models: Pick<Models, 'users'>) {
  const users = native(models.users);
  const { mend, holdersOf } = createKeyRepair(models);

  return {
    /** Gives a revision to those whose `rev` is not one, unless it has changed meanwhile. Returns whom it failed for, and why. */
    async mendRevisions(found: readonly Pick<UserDocument, '_id' | 'rev'>[]): Promise<ReadonlyMap<UserId, WriteFailure>> {
      const odd = found.filter(({ rev }) => !isRevision(rev));
      if (odd.length === 0) return new Map();
      const updates = odd.map(({ _id, rev }) => ({ updateOne: { filter: { _id, rev: { $eq: rev } }, update: { $set: { rev: 1 } } } }));
      const failures = await failuresIn(() => users.bulkWrite(updates, { ordered: false }));
      return new Map([...failures].map(([at, failure]) => [odd[at]!._id, failure]));
    },

    /** By user. */
    async explain(clientId: ClientId, failed: readonly FailedWrite[]): Promise<ReadonlyMap<UserId, Exclude<WriteOutcome, 'written'>>> {
      const duplicates = failed.filter(({ failure }) => isDuplicate(failure));
      const holders = await holdersOf((field) => duplicates.flatMap(({ set }) => keyOf(clientId, field, set[field]) ?? []));
      // A key that does not match its user's value is stale: once it is removed, the write succeeds.
      await mend(holders.filter((holder) => !KEYED_FIELDS.every((field) => holder[KEY_OF[field]] === keyOfStored(holder, field))));
      const indexes = duplicates.length === 0 ? [] : (await users.indexes()).map(({ name = '', key }) => ({ name, key }));

      const why = ({ userId, set, failure }: FailedWrite): Exclude<WriteOutcome, 'written'> => {
        if (!isDuplicate(failure))
          return { refusedBy: failure.code === VALIDATION_FAILED ? 'the validator of users' : `error ${failure.code}` };
        const claims = KEYED_FIELDS.map((field) => ({ field, key: keyOf(clientId, field, set[field]) })).filter(
          ({ key }) => key !== undefined,
        );
        const rivals = holders.filter(({ _id, ...held }) => _id !== userId && claims.some(({ field, key }) => held[KEY_OF[field]] === key));
        if (rivals.some((rival) => claims.some(({ field, key }) => keyOfStored(rival, field) === key))) return 'taken';
        if (rivals.length > 0) return 'raced';
        const index = indexIn(failure, indexes);
        if (index === undefined) return { refusedBy: 'a unique index of users' };
        // Of one that has given it up since: tried again with all others that wait for a value.
        return isOurs(index) ? 'taken' : { refusedBy: `the index ${index.name} of users` };
      };
      return new Map(failed.map((one) => [one.userId, why(one)]));
    },
  };
}

type Index = { readonly name: string; readonly key: object };

/** Only a name that an index has is told on: the rest of the message may hold values. */
function indexIn({ message }: WriteFailure, indexes: readonly Index[]): Index | undefined {
  const [before = ''] = message.split(' dup key');
  const said = before.slice(before.toLowerCase().lastIndexOf('index') + 1);
  return indexes.filter(({ name }) => said.includes(name)).toSorted((a, b) => b.name.length - a.name.length)[0];
}

function isOurs({ key }: Index): boolean {
  const [field, ...others] = Object.keys(key);
  return others.length === 0 && (field === '_id' || Object.values<string>(KEY_OF).includes(field!));
}
