// `imports doctor`: what is reachable and in order, and what to do about each thing that is not.

import type { Command } from 'commander';
import { within } from '../../domain/within';
import { notNow } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import type { DoctorCheck } from '../deps';
import { describeError } from '../text/describe-error';
import type { Printer } from '../text/print';

/** Checks have deadlines of their own; this one is for the check whose author forgot. */
const PATIENCE_MS = 30_000;

type Finding = Awaited<ReturnType<DoctorCheck['run']>> & { readonly name: string };

export function addDoctorCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'doctor',
    summary: 'what is reachable, and what to do about each problem',
    details: 'Marks: ok; wait = nothing is wrong, but somebody has to act; FAIL; - = not checked. Exit code 0 unless something fails.',
    examples: ['imports doctor', 'imports doctor --json'],
  }).action(async () => {
    const checks = onceEach(await Promise.all((await deps.doctorChecks()).map((check) => examine(check))));
    const ok = checks.every((finding) => finding.ok);
    await print.show({ ok, checks }, () => {
      const findings = print.table(checks, [
        { head: '', cell: (finding) => ({ text: markOf(finding), tone: TONES[markOf(finding)] }) },
        { head: 'CHECK', cell: ({ name }) => name },
        { head: 'FOUND', narrow: 'wrap', cell: textOf },
      ]);
      return [findings, ...conclusionOf(checks, print)].join('\n\n');
    });
    const ill = checks.filter((finding) => !finding.ok && finding.skipped !== true).length;
    if (!ok) throw notNow(`${ill} of ${checks.length} checks found something to do. Do what each says, then look again: imports doctor`);
  });
}

/** Problems are told on standard error. What waits for somebody is not a problem, but not all is well either. */
function conclusionOf(checks: readonly Finding[], print: Printer): readonly string[] {
  const waits = checks.filter(({ ok, todo }) => ok && todo !== undefined);
  const needsYou = checks.flatMap((finding) => (finding.needsYou === undefined ? [] : [print.prose(finding.needsYou)]));
  if (!checks.every(({ ok }) => ok)) return needsYou;
  if (waits.length === 0) return ['All is well.'];
  return [print.prose(`Nothing is broken. See what waits at: ${waits.map(({ name }) => name).join(', ')}`), ...needsYou];
}

const TONES = { ok: 'good', wait: 'warn', FAIL: 'bad', '-': undefined } as const;

function markOf({ ok, skipped, todo }: Finding): keyof typeof TONES {
  if (ok) return todo === undefined ? 'ok' : 'wait';
  return skipped === true ? '-' : 'FAIL';
}

function textOf({ detail, todo }: Finding): readonly string[] {
  return todo === undefined ? [detail] : [detail, `-> ${todo}`];
}

const late = () => ({ ok: false, detail: `No answer within ${PATIENCE_MS / 1000} seconds`, todo: 'Look again: imports doctor' });

async function examine(check: DoctorCheck): Promise<Examined> {
  const { name } = check;
  try {
    return { name, ...(await within(PATIENCE_MS, check.run(), late)), isBroken: false };
  } catch (error) {
    // A second line says to look here.
    const [detail = ''] = describeError(error).message.split('\n');
    return { name, ok: false, detail, isBroken: true };
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
