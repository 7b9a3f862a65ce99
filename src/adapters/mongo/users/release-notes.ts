// The notes on releases of permits (`permitReleases`): a row is written before its permit is touched, and settled by looking at the
// permit afterwards. Both who releases and who takes a release back end what an earlier attempt left open.

import type { mongo } from 'mongoose';
import type { ImportId } from '../../../domain/ids';
import type { PermitDocument, PermitReleaseDocument } from '../documents';
import { textOfPermitId } from '../keys';
import { type Models, native } from '../models';

export function createReleaseNotes(models: Pick<Models, 'permits' | 'permitReleases'>) {
  const permits = native<PermitDocument>(models.permits);
  const releases = native<PermitReleaseDocument>(models.permitReleases);

  return {
    /** Changes the permits of these rows, then notes which of them the import has released so far. */
    async settle(
      importId: ImportId,
      rows: readonly PermitReleaseDocument[],
      changes: readonly mongo.AnyBulkWriteOperation<PermitDocument>[],
    ): Promise<void> {
      if (changes.length > 0) await permits.bulkWrite([...changes], { ordered: false });
      const ids = rows.map(({ permitId }) => permitId);
      const found = await permits.find({ _id: { $in: ids } }, { projection: { releasedBy: 1 }, batchSize: ids.length + 1 }).toArray();
      const released = new Set(found.filter(({ releasedBy }) => releasedBy === importId).map(({ _id }) => textOfPermitId(_id)));
      await releases.bulkWrite(
        rows.map(({ _id, permitId }) => ({
          updateOne: {
            filter: { _id, state: 'releasing' },
            update: { $set: { state: released.has(textOfPermitId(permitId)) ? ('released' as const) : ('skipped' as const) } },
          },
        })),
        { ordered: false },
      );
    },
  };
}
