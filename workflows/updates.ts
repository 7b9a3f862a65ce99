// What people tell running workflows, and are told whether it was taken.

import { defineUpdate } from '@temporalio/workflow';
import type { HoldDecision } from '../src/domain/import-run';
import { DECIDE } from './messages';

/** Somebody's word on a held import. */
export const decide = defineUpdate<void, [HoldDecision]>(DECIDE);
