// What workflows tell each other.

import { defineSignal } from '@temporalio/workflow';
import type { ImportId } from '../src/domain/ids';

/** An import tells the scan that started it that the client's next file may go on: its own file is out of the way. */
export const fileIsOutOfTheWay = defineSignal<[ImportId]>('fileIsOutOfTheWay');
