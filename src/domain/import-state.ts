// The life of an import, one row per state. Stores move imports by this table (`ImportStore.advance`), lists and texts are made from it, and
// the diagram in docs/architecture.md and the states in docs/operations.md are checked against it.

export type ImportState =
  | 'claiming'
  | 'queued'
  | 'inspecting'
  | 'held'
  | 'applying'
  | 'releasing'
  | 'backing-up'
  | 'reporting'
  | 'finished'
  | 'failed'
  | 'cancelled'
  | 'undone';

interface StateRow {
  /** The states that lead here; the state itself where a repeated step comes to it again. */
  readonly from: readonly ImportState[];
  /** What people read: "acme-42 · waiting for approval". */
  readonly phase: string;
  /** Nothing more happens to it, and a newer import need not mind it. */
  readonly hasEnded: boolean;
  /** Its workflow writes, so no other import or undo of the client may: it has the client's turn. */
  readonly holdsTurn: boolean;
  /** A workflow is at work on it, or waits for somebody. When that workflow is gone, somebody ended it from outside. */
  readonly hasWorkflow: boolean;
  readonly mayBeUndone: boolean;
  /** What it waits for until somebody gives it. */
  readonly needs: 'decision' | 'retry' | null;
}

const AT_WORK = { hasEnded: false, holdsTurn: true, hasWorkflow: true, mayBeUndone: false, needs: null } as const;
const ENDED = { hasEnded: true, holdsTurn: false, hasWorkflow: false, mayBeUndone: true, needs: null } as const;
const STOPPED = { hasEnded: false, holdsTurn: false, hasWorkflow: false, mayBeUndone: true, needs: 'retry' } as const;
/** An import may stop in any of these. Once its file is put away only its e-mail is left, which stops nothing. */
const MAY_STOP: readonly ImportState[] = ['queued', 'inspecting', 'held', 'applying', 'releasing', 'backing-up'];

export const IMPORT_STATES: Readonly<Record<ImportState, StateRow>> = {
  claiming: { ...AT_WORK, from: [], phase: 'being taken out of the folder', holdsTurn: false, hasWorkflow: false },
  queued: { ...AT_WORK, from: ['claiming', 'held', 'failed', 'cancelled'], phase: 'waiting for its turn', hasWorkflow: false },
  inspecting: { ...AT_WORK, from: ['queued', 'inspecting'], phase: 'reading the file: format, header, repeats' },
  held: { ...AT_WORK, from: ['inspecting', 'held'], phase: 'waiting for approval', holdsTurn: false, needs: 'decision' },
  applying: { ...AT_WORK, from: ['inspecting', 'applying'], phase: 'checking records and writing users' },
  releasing: { ...AT_WORK, from: ['applying', 'releasing'], phase: 'releasing permits of archived users' },
  'backing-up': {
    ...AT_WORK,
    // Refused, declined, applied; and what had stopped, when it is undone.
    from: ['inspecting', 'held', 'applying', 'releasing', 'failed', 'cancelled', 'backing-up'],
    phase: 'moving the file to .bak, with its receipt',
  },
  // Undone at once, too: a mail server may be away for a day.
  reporting: { ...AT_WORK, from: ['backing-up', 'reporting'], phase: 'sending the e-mail', holdsTurn: false, mayBeUndone: true },
  finished: { ...ENDED, from: ['reporting'], phase: 'finished' },
  failed: { ...STOPPED, from: MAY_STOP, phase: 'failed: a fault on our side' },
  cancelled: { ...STOPPED, from: MAY_STOP, phase: 'cancelled' },
  undone: { ...ENDED, from: ['finished', 'failed', 'cancelled', 'backing-up', 'reporting'], phase: 'undone' },
};

export function statesThat(fits: (row: StateRow) => boolean): readonly ImportState[] {
  return (Object.keys(IMPORT_STATES) as ImportState[]).filter((state) => fits(IMPORT_STATES[state]));
}

/** Of an import: it has ended, for good or undone. */
export function hasEnded({ state }: { readonly state: ImportState }): boolean {
  return IMPORT_STATES[state].hasEnded;
}

export const OPEN_STATES = statesThat((row) => !row.hasEnded);
export const ENDED_STATES = statesThat((row) => row.hasEnded);
export const WITH_WORKFLOW = statesThat((row) => row.hasWorkflow);
/** Nobody is at work on it, and nobody needs to be asked: it waits for the client's inbox. */
export const WAITING_STATES = statesThat((row) => !row.hasEnded && !row.hasWorkflow && row.needs === null);

/** A step that failed and is being retried. */
export interface StepTrouble {
  /** Name of the activity, e.g. `sendReport`. */
  readonly step: string;
  readonly tries: number;
  /** Safe sentence of the last try. */
  readonly why: string;
  /** null = it is being tried now. */
  readonly nextTryAt: Date | null;
}
