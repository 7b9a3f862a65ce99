// Whose turn it is among the imports and undos of a client, and what wakes its inbox.

import type { ClientId, ImportId } from './ids';

/** What has a client's turn: an import, or the undo of one. */
export interface TurnHolder {
  readonly kind: 'import' | 'undo';
  readonly importId: ImportId;
}

/** Who of a client writes: at most one import or undo at a time. */
export interface Turn {
  readonly clientId: ClientId;
  /** How often a turn was given. Each is given once: a writer that was taken for dead knows by it that its time is over. */
  readonly turn: number;
  readonly holder: TurnHolder | null;
  /** A workflow ended from outside may have steps that still write: until then nobody gets the turn. */
  readonly restUntil: Date | null;
  /** Somebody asked to look for files, and they were not all taken since. */
  readonly look: boolean;
  /** How often somebody asked: who has looked knows by it whether another asked meanwhile. */
  readonly looks: number;
}

/** The newest run of a workflow that may write users. */
export interface Writer {
  readonly isRunning: boolean;
  /** The turn that it was started with. */
  readonly turn: number;
  /** When somebody ended it from outside, by Temporal's clock; a step of it may go on for a moment. */
  readonly stoppedAt?: Date;
}
