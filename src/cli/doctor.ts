// `imports doctor`: what is reachable and in order, and what to do about each thing that is not.

import type { Command } from 'commander';
import { ImportsError } from '../errors';
import { defineCommand, type Session } from './define-command';
import type { DoctorCheck } from './deps';
import { describeError } from './describe-error';

/** Checks have deadlines of their own; this one is for the check whose author forgot. */
const PATIENCE_MS = 30_000;

export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly todo?: string;
  readonly skipped?: true;
}

export function addDoctorCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'doctor',
    summary: 'what is reachable, and what to do about each problem',
    details: 'Exit code 0 only when all is well.',
    examples: ['imports doctor', 'imports doctor --json'],
  }).action(async () => {
    const checks = await Promise.all(deps.doctorChecks.map((check) => examine(check)));
    const ok = checks.every((finding) => finding.ok);
    await print.show({ ok, checks }, () => {
      const findings = print.table(
        [{ head: '' }, { head: 'CHECK' }, { head: 'FOUND', narrow: 'wrap' }],
        checks.map((finding) => [markOf(finding), finding.name, textOf(finding)]),
      );
      return ok ? `${findings}\n\nAll is well.` : findings;
    });
    const ill = checks.filter((finding) => !finding.ok && finding.skipped !== true).length;
    if (!ok)
      throw new ImportsError(
        'NOT_NOW',
        `${ill} of ${checks.length} checks found something to do. Do what stands behind ->, then look again: imports doctor`,
      );
  });
}

function markOf({ ok, skipped }: Finding): string {
  return ok ? 'ok' : skipped === true ? '-' : 'FAIL';
}

function textOf({ detail, todo }: Finding): readonly string[] {
  return todo === undefined ? [detail] : [detail, `-> ${todo}`];
}

async function examine(check: DoctorCheck): Promise<Finding> {
  const { name } = check;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ImportsError('UNREACHABLE', `No answer within ${PATIENCE_MS / 1000} seconds. Look again: imports doctor`)),
      PATIENCE_MS,
    );
  });
  try {
    return { name, ...(await Promise.race([check.run(), late])) };
  } catch (error) {
    return { name, ok: false, detail: describeError(error).message };
  } finally {
    clearTimeout(timer);
  }
}
