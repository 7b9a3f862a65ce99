// Times every step, by the phase of an import that it belongs to.

import { activityInfo } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import type { ActivityExecuteInput, ActivityInboundCallsInterceptor, Next } from '@temporalio/worker';
import { STEPS } from '../../activities';
import type { ImportMetrics } from '../ports';

export function measureSteps(metrics: Pick<ImportMetrics, 'stepEnded'>): ActivityInboundCallsInterceptor {
  return {
    async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
      const started = performance.now();
      const { phase } = STEPS[activityInfo().activityType as keyof typeof STEPS];
      const tell = (result: 'done' | 'failed') => metrics.stepEnded({ phase, result, seconds: (performance.now() - started) / 1000 });
      try {
        const result = await next(input);
        tell('done');
        return result;
      } catch (error) {
        // A worker that stops hands its steps on: nothing has failed.
        if (!(error instanceof CancelledFailure)) tell('failed');
        throw error;
      }
    },
  };
}
