// Brings somebody's decision to a held import and tells whether it was taken. The same decision sent twice is one: a connection that
// broke after the first may be tried again.

import {
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type Client as TemporalClient,
} from '@temporalio/client';
import type { ImportId } from '../../domain/ids';
import type { HoldDecision } from '../../domain/import-run';
import { ImportsError } from '../../errors';
import { DECIDE, importWorkflowIdOf } from '../../../workflows/messages';

export async function decideImport(temporal: TemporalClient, importId: ImportId, decision: HoldDecision): Promise<void> {
  try {
    await temporal.workflow
      .getHandle(importWorkflowIdOf(importId))
      .executeUpdate<void, [HoldDecision]>(DECIDE, { args: [decision], updateId: `${DECIDE}-${decision.verdict}` });
  } catch (error) {
    if (error instanceof WorkflowUpdateFailedError) {
      throw new ImportsError('NOT_NOW', `${error.cause?.message ?? 'The decision was refused.'}\nSee it with: imports show ${importId}`, {
        cause: error,
      });
    }
    if (error instanceof WorkflowNotFoundError) {
      throw new ImportsError(
        'NOT_NOW',
        `The workflow of import ${importId} does not run: it was ended by somebody.\nLet it wait for approval again with: imports retry ${importId} --reason "…"`,
        { cause: error },
      );
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) {
      throw new ImportsError(
        'UNREACHABLE',
        `No worker took up the decision on import ${importId}. See whether one is running: imports doctor`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}
