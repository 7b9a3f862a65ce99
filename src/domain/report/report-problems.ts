// The section "What is wrong" of an e-mail: one problem for each reason and column, with its first lines; or the refusal of the file.

import type { ImportRun } from '../import-run';
import { nameLines } from '../reason/name-lines';
import { namesUser, type Reason, type Refusal } from '../reason/reasons';
import { REFUSALS } from '../reason/refusals';
import { summariseReasons, type ReasonSummary } from '../reason/summarise-reasons';
import { grouped, oneLine } from './wording';

export interface Problem {
  /** How many records have it, e.g. `8 records`; null = it is about the file as a whole. */
  readonly often: string | null;
  readonly code: string;
  readonly title: string;
  /** Where to look, e.g. `in street, on lines 2 and 7`; null = it is about the file as a whole. */
  readonly where: string | null;
  readonly advice: string;
  /** What differs from line to line, e.g. `Line 4: User 1042 already has this email; …`. */
  readonly details: readonly string[];
}

/** The reasons of one rejected record. Some sentences name another user, so they are kept with the record only. */
export interface Told {
  readonly line: number;
  readonly reasons: readonly Reason[];
}

const MOST_PROBLEMS = 20;

/** The lines whose records `failedProblems` wants to be told about. */
export function linesToTell(run: Pick<ImportRun, 'reasonCounts' | 'reasonGroups'>): readonly number[] {
  return [...new Set(shownReasons(run, null).flatMap(({ code, lines }) => (namesUser(code) ? lines : [])))];
}

export function failedProblems(run: ImportRun, told: readonly Told[]): Problem[] {
  return shownReasons(run, run.layout).map((summary) => {
    const { code, count, title, column, lines, advice } = summary;
    return {
      often: `${grouped(count)} ${count === 1 ? 'record' : 'records'}`,
      code,
      title,
      where: placesText(column, lines, count),
      advice,
      details: detailsOf(summary, told),
    };
  });
}

export function refusedBecause(refusal: Refusal): Problem {
  const where = refusal.line === undefined ? '' : ` (line ${grouped(refusal.line)} of the file)`;
  const title = `${REFUSALS[refusal.code].title}${where}`;
  return { often: null, code: refusal.code, title, where: null, advice: oneLine(refusal.message, 2_000), details: [] };
}

function shownReasons(run: Pick<ImportRun, 'reasonCounts' | 'reasonGroups'>, layout: ImportRun['layout']): readonly ReasonSummary[] {
  return summariseReasons(run, layout).slice(0, MOST_PROBLEMS);
}

function detailsOf({ code, field, lines }: ReasonSummary, told: readonly Told[]): readonly string[] {
  if (!namesUser(code)) return [];
  return lines.flatMap((line) => {
    const why = told.find((record) => record.line === line)?.reasons.find((reason) => reason.code === code && reason.field === field);
    return why === undefined ? [] : [`Line ${grouped(line)}: ${oneLine(why.message, 300)}`];
  });
}

/** `in email, on lines 2, 3 and 7` */
function placesText(column: string | null, lines: readonly number[], count: number): string | null {
  const places = [
    ...(column === null ? [] : [`in ${oneLine(column, 50)}`]),
    ...(lines.length === 0 ? [] : [`on ${nameLines(lines, count)}`]),
  ];
  return places.length === 0 ? null : places.join(', ');
}
