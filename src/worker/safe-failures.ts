// What Temporal may know of an error. Driver messages quote values (a duplicate-key error contains the e-mail), and history is kept in
// clear: so only our own sentences pass, everything else becomes its class and code. The log is told where it happened.

import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { activityInfo, CompleteAsyncError } from '@temporalio/activity';
import { ImportsError, type ErrorCode } from '../errors';
import type { Log } from '../ports';

/** No repetition cures these: the import fails at once, visibly, and waits for a retry by support. */
const FINAL: ReadonlySet<ErrorCode> = new Set(['WRONG_USE', 'NOT_FOUND', 'CONFIG', 'FILE_VANISHED', 'MAIL_REJECTED', 'INVARIANT']);
const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError];

export function safeFailures(log: Log): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
      try {
        return await next(input);
      } catch (error) {
        if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) throw error;
        const failure = asFailure(error);
        const { activityType, attempt, workflowExecution } = activityInfo();
        log.warn('step failed', {
          step: activityType,
          attempt,
          workflowId: workflowExecution?.workflowId,
          type: failure.type,
          error,
        });
        throw failure;
      }
    },
  };
}

function asFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure)
    return ApplicationFailure.create({
      message: error.message,
      type: error.type ?? 'ApplicationFailure',
      nonRetryable: error.nonRetryable === true,
    });
  if (error instanceof ImportsError)
    return ApplicationFailure.create({ message: error.message, type: error.code, nonRetryable: FINAL.has(error.code) });
  if (BUGS.some((bug) => error instanceof bug)) {
    return ApplicationFailure.create({
      message: `A bug in this program (${nameOf(error)}); the worker's log says where. Deploy a fix, then retry.`,
      type: 'BUG',
      nonRetryable: true,
    });
  }
  return ApplicationFailure.create({ message: `${nameOf(error)}; the step is tried again.`, type: nameOf(error) });
}

/** `MongoNetworkError`, `Error ENOSPC`: classes and codes are ours to tell, messages are not. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UnknownError';
  const { code } = error as { readonly code?: unknown };
  const safeCode = typeof code === 'number' || (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code)) ? ` ${code}` : '';
  return `${/^\w{1,60}$/.test(error.name) ? error.name : 'Error'}${safeCode}`;
}
