// What workflows are told, and tell each other.

import { defineSignal } from '@temporalio/workflow';
import type { ImportId } from '../src/domain/ids';
import { WAKE } from './messages';

/** Something is there for the client: a request that was written down, or, with `look`, perhaps files. */
export const wake = defineSignal<[{ readonly look: boolean }]>(WAKE);

/** An import or undo tells the inbox that it writes no more: who is next need not wait for its e-mail. */
export const turnOver = defineSignal<[ImportId]>('turnOver');
