// `imports doctor`: what is reachable and in order, and what to do about each thing that is not.

import type { Command } from 'commander';
import { ImportsError } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import type { DoctorCheck } from '../deps';
import { describeError } from '../text/describe-error';

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
    const checks = onceEach(await Promise.all(deps.doctorChecks.map((check) => examine(check))));
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
        `${ill} of ${checks.length} checks found something to do. Do what each says, then look again: imports doctor`,
      );
  });
}

function markOf({ ok, skipped }: Finding): string {
  return ok ? 'ok' : skipped === true ? '-' : 'FAIL';
}

function textOf({ detail, todo }: Finding): readonly string[] {
  return todo === undefined ? [detail] : [detail, `-> ${todo}`];
}

async function examine(check: DoctorCheck): Promise<Examined> {
  const { name } = check;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Awaited<ReturnType<DoctorCheck['run']>>>((resolve) => {
    timer = setTimeout(
      () => resolve({ ok: false, detail: `No answer within ${PATIENCE_MS / 1000} seconds`, todo: 'Look again: imports doctor' }),
      PATIENCE_MS,
    );
  });
  try {
    return { name, ...(await Promise.race([check.run(), late])), isBroken: false };
  } catch (error) {
    // A second line says to look here.
    const [detail = ''] = describeError(error).message.split('\n');
    return { name, ok: false, detail, isBroken: true };
  } finally {
    clearTimeout(timer);
  }
}

/** With its own error instead of a finding. */
type Examined = Finding & { readonly isBroken: boolean };

/** One cause may break every check, such as a setting that is wrong: it is told once. */
function onceEach(examined: readonly Examined[]): readonly Finding[] {
  const told = new Map<string, string>();
  return examined.map(({ isBroken, ...finding }) => {
    const before = isBroken ? told.get(finding.detail) : undefined;
    if (isBroken && before === undefined) told.set(finding.detail, finding.name);
    return before === undefined
      ? finding
      : { name: finding.name, ok: false, skipped: true, detail: `not looked at, for the reason that stands at ${before}` };
  });
}
