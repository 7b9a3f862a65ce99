// Groups that records name, in the spelling that the client's groups have. Looked up before a record is decided on, so that another
// spelling is not a change; made before a user is written into one, and never for a record that is rejected.

import { groupNames, spellGroups } from '../../src/domain/record/groups';
import type { ClientId } from '../../src/domain/ids';
import type { ImportRun } from '../../src/domain/import-run';
import type { CheckedRecord } from '../../src/domain/record/record';
import type { FieldValue, UserWrite } from '../../src/domain/user';
import type { ActivityPorts } from '../activity-ports';

export async function withKnownGroups<T extends { readonly record: CheckedRecord }>(
  { groups }: Pick<ActivityPorts, 'groups'>,
  clientId: ClientId,
  candidates: readonly T[],
): Promise<readonly T[]> {
  const names = namesIn(candidates.map(({ record }) => record.values.groups));
  if (names.length === 0) return candidates;
  const spelling = await groups.find(clientId, names);
  return candidates.map((candidate) => {
    const { record } = candidate;
    if (typeof record.values.groups !== 'string') return candidate;
    return { ...candidate, record: { ...record, values: { ...record.values, groups: spellGroups(record.values.groups, spelling) } } };
  });
}

export async function withGroups(
  { groups, clock }: ActivityPorts,
  { clientId, importId }: Pick<ImportRun, 'clientId' | 'importId'>,
  writes: readonly UserWrite[],
): Promise<readonly UserWrite[]> {
  const names = namesIn(writes.map(({ set }) => set.groups));
  if (names.length === 0) return writes;
  const spelling = await groups.ensure({ clientId, importId, at: clock.now() }, names);
  return writes.map((write) => {
    if (typeof write.set.groups !== 'string') return write;
    return { ...write, set: { ...write.set, groups: spellGroups(write.set.groups, spelling) } };
  });
}

/** Each group once, however often it is named. */
function namesIn(cells: readonly (FieldValue | undefined)[]): readonly string[] {
  const named = cells.filter((cell) => typeof cell === 'string');
  return named.length === 0 ? [] : groupNames(named.join(';'));
}
