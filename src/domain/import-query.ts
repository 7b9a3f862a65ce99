// What imports can be listed and counted by.

import type { ClientId } from './ids';
import type { ImportOutcome, ReportState } from './import-run';
import type { ImportState } from './import-state';

/** Which imports; what is left out does not matter. */
export interface ImportQuery {
  readonly clientIds?: readonly ClientId[];
  readonly states?: readonly ImportState[];
  readonly outcomes?: readonly ImportOutcome[];
  /** The state of the e-mail, for imports that have ended. */
  readonly reports?: readonly ReportState[];
  /** Received then or later. */
  readonly since?: Date;
  /** Received before then. */
  readonly until?: Date;
  /** Its rejected records and replaced values have not expired. */
  readonly isKept?: true;
}
