// What the inspection of a file found: the parts that it is cut into, of about 5,000 records each, and later the result of each part.

import type { FileLayout, Counts } from '../import-run';
import type { Refusal } from '../reason/refusals';
import type { UserId } from '../ids';
import type { FileMark } from '../record/record';

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

/** One part of the file: about 5,000 records that can be read, applied and repeated on their own. */
export interface Chunk {
  readonly n: number;
  /** Byte range of the work text: first byte, first byte behind. */
  readonly start: number;
  readonly end: number;
  readonly firstLine: number;
  readonly records: number;
  readonly marks: readonly FileMark[];
}

/** In order, made as they are asked for, as often as they are: the marks of a bad file may be larger than the file. */
export interface Chunks extends Iterable<Chunk> {
  readonly length: number;
}

export interface ChunkResult {
  readonly counts: Counts;
  /** Users whose active permits are to be released. */
  readonly releaseFor: readonly UserId[];
  /** Lines of accepted records that met another holder of their e-mail or user name; settled after all chunks (`DeferredStore`). */
  readonly deferred: readonly number[];
  /** Lines of the records that were left to a newer file, for the status report; absent = none. */
  readonly superseded?: readonly number[];
}

/** What the step of a chunk tells Temporal while it works. */
export interface ChunkAtWork {
  readonly chunk: number;
  readonly records: number;
}
