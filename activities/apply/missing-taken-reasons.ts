// A record rejected for another reason may also claim a value that somebody else holds: the client is told both at once.

import type { Client } from '../../src/domain/client';
import { userIdOf, type UserId } from '../../src/domain/ids';
import type { Reason } from '../../src/domain/reason/reasons';
import type { UserStore } from '../../src/ports';
import type { RejectedRecord } from '../../src/domain/record/rejected-record';
import { holdersOf, otherThan } from '../plan/takeovers';
import { takenFrom, wishesOf } from './wishes';

/** Per record, in their order. `holds` = whether the holder found in the database counts. */
export async function missingTakenReasons(
  users: Pick<UserStore, 'holders'>,
  client: Client,
  rejected: readonly RejectedRecord[],
  holds: (key: string, holder: UserId) => boolean = () => true,
): Promise<readonly (readonly Reason[])[]> {
  const { clientId } = client;
  const holderOf = await holdersOf(
    users,
    clientId,
    rejected.flatMap(({ claims }) => wishesOf(claims)),
  );
  return rejected.map(({ uniqueId, reasons, claims }) => {
    const known = new Set(reasons.map(({ code }) => code));
    return wishesOf(claims)
      .flatMap(({ key, field }) => {
        const holder = otherThan(userIdOf(clientId, uniqueId), holderOf(key));
        return holder !== null && holds(key, holder) ? [takenFrom(holder, field, client)] : [];
      })
      .filter(({ code }) => !known.has(code));
  });
}
