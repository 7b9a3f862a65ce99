// What the inspection of a file found.

import type { Chunks } from './chunk';
import type { FileLayout } from '../import-run';
import type { Refusal } from '../reason/reasons';

export interface Inspection {
  readonly sha256: string;
  readonly bytes: number;
  readonly verdict:
    | { readonly kind: 'refused'; readonly refusal: Refusal }
    | {
        readonly kind: 'accepted';
        readonly layout: FileLayout;
        readonly records: number;
        /** Records whose `active` cell reads 0, repeated and rejected ones among them. */
        readonly inactiveRecords: number;
        readonly chunks: Chunks;
        /** Whether the last record ends with a line break. */
        readonly endsInLineBreak: boolean;
      };
}
