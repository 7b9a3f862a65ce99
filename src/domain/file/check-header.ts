// What the columns of a file mean, or why its header is refused, with all that is wrong with it in one message.
//
// Choices where the specification is silent: a column without a name is accepted here, and refuses the file with the first value in it;
// the columns of our own failed-records file may come twice, so that the report of a dropped-back file can be dropped back, too; and
// a file without a header line starts with a person's data, so headers are quoted only when the line is one, or when they are close to
// an accepted name.

import type { ClientSettings } from '../client';
import { REPORT_HEADERS, type Field, type FieldName } from '../record/fields';
import { joinWithAnd, oneLine } from '../report/wording';
import { fieldsOf } from '../client/profiles';
import { nameIn } from './header-names';
import type { Column } from '../record/record';
import { type Refusal, type RefusalCode, refusal } from '../reason/refusals';
import { suggestHeader } from './suggest-header';
import { bare } from './suggest-name';

type HeaderVerdict =
  | {
      readonly kind: 'accepted';
      readonly columns: readonly Column[];
      /** As sent. */
      readonly ignoredHeaders: readonly string[];
      /** Places of columns without a name, from 0. */
      readonly nameless: readonly number[];
      /** One of our report columns is there: a failed-records file comes back, its guarded cells are to be restored. */
      readonly droppedBack: boolean;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

const MOST_NAMED = 10;
/** With a suggestion each: as many as there are columns to mean. */
const MOST_SUGGESTED = 30;
/** A header line may be as long as a record. */
const MOST_LOOKED_AT = 100;
const LONGEST_QUOTED = 60;
/** `'unique_id'` */
const MARKED = /^(?:'.*'|`.*`|[“”„].*[“”]|[‘’].*[‘’]|«.*»)$/;
/** As a quoted name has it. */
const UNSEEN_SHOWN = '\ufffd';

interface Cell {
  readonly header: string;
  readonly name: string;
  readonly kind: 'field' | 'ours' | 'unknown';
  readonly field?: FieldName;
}

export function checkHeader(
  headers: readonly string[],
  settings: Pick<ClientSettings, 'profile' | 'furtherColumns' | 'unknownColumns'>,
): HeaderVerdict {
  const fields = fieldsOf(settings);
  const fieldByHeader = new Map(fields.flatMap(({ name, headers: accepted }) => accepted.map((header) => [header, name] as const)));
  const cells = headers.map((raw) => readCell(raw, fieldByHeader));

  const unknown = cells.filter(({ kind, header }) => kind === 'unknown' && header !== '');
  const present = new Set(cells.map(({ field }) => field));
  const missing = fields.filter(({ name, required }) => required && !present.has(name));
  const isHeaderLine = fields.some(({ name, required }) => required && present.has(name));
  // A name that the file already has is not what another column was meant to be.
  const free = fields.filter(({ name }) => !present.has(name));

  const problems: { readonly code: RefusalCode; readonly sentence: string }[] = [];
  if (missing.length > 0) {
    problems.push({
      code: 'HEADER_MISSING',
      sentence: sayMissing(
        missing.map(({ headers: [first] }) => first),
        isHeaderLine,
      ),
    });
  }
  if (unknown.length > 0 && (settings.unknownColumns === 'refuse' || missing.length > 0)) {
    const sentence = sayUnknown(unknown, free, isHeaderLine, settings.unknownColumns);
    if (sentence !== '') problems.push({ code: 'HEADER_UNKNOWN', sentence });
  }
  const twice = namesTwice(cells);
  if (twice.length > 0 && isHeaderLine) problems.push({ code: 'HEADER_DUPLICATE', sentence: sayTwice(twice) });

  const [first] = problems;
  if (first !== undefined) {
    return { kind: 'refused', refusal: refusal(first.code, problems.map(({ sentence }) => sentence).join(' '), 1) };
  }
  return {
    kind: 'accepted',
    columns: cells.map(({ header, kind, field }): Column => {
      if (field !== undefined) return { kind: 'field', field, header };
      return { kind: kind === 'ours' ? 'ours' : 'ignored', header };
    }),
    ignoredHeaders: unknown.map(({ header }) => header),
    nameless: cells.flatMap(({ header }, at) => (header === '' ? [at] : [])),
    droppedBack: cells.some(({ kind }) => kind === 'ours'),
  };
}

function readCell(raw: string, fieldByHeader: ReadonlyMap<string, FieldName>): Cell {
  const header = raw.trim();
  const name = nameIn(raw);
  const field = fieldByHeader.get(name);
  const cell = { header, name };
  if (field !== undefined) return { ...cell, kind: 'field', field };
  return { ...cell, kind: (REPORT_HEADERS as readonly string[]).includes(name) ? 'ours' : 'unknown' };
}

function namesTwice(cells: readonly Cell[]): readonly Cell[] {
  const seen = new Set<string>();
  const twice = new Map<string, Cell>();
  for (const cell of cells) {
    if (cell.name === '' || cell.kind === 'ours') continue;
    if (seen.has(cell.name)) twice.set(cell.name, cell);
    seen.add(cell.name);
  }
  return [...twice.values()];
}

function sayMissing(names: readonly string[], isHeaderLine: boolean): string {
  const what =
    names.length === 1 ? `The required column ${names[0]} is missing.` : `The required columns ${joinWithAnd(names)} are missing.`;
  return isHeaderLine ? what : `${what} The first line of the file must contain the column names.`;
}

function sayUnknown(
  unknown: readonly Cell[],
  free: readonly Field[],
  isHeaderLine: boolean,
  unknownColumns: ClientSettings['unknownColumns'],
): string {
  const sayable: string[] = [];
  let unsaid = Math.max(0, unknown.length - MOST_LOOKED_AT);
  const left = new Set(free);
  let hasLookAlike = false;
  for (const { header, name } of unknown.slice(0, MOST_LOOKED_AT)) {
    const suggestion = suggestHeader(name, left) ?? REPORT_HEADERS.find((ours) => bare(ours) === bare(name));
    // Where unknown columns are ignored, only one that may be the missing one is worth a word.
    const worthAWord = suggestion !== undefined || (isHeaderLine && unknownColumns === 'refuse');
    const most = suggestion === undefined ? MOST_NAMED : MOST_SUGGESTED;
    if (!worthAWord || sayable.length >= most) unsaid++;
    else {
      hasLookAlike ||= suggestion !== undefined && looksLike(name, suggestion);
      sayable.push(suggestion === undefined ? quote(header) : `${quote(header)} (did you mean ${suggestion}?)`);
    }
  }
  if (sayable.length === 0) return '';
  const more = unsaid > 0 && isHeaderLine && unknownColumns === 'refuse' ? [`${unsaid} more`] : [];
  const names = joinWithAnd([...sayable, ...more]);
  const what =
    sayable.length + more.length === 1
      ? `Unknown column ${names}; rename or remove it.`
      : `Unknown columns ${names}; rename or remove them.`;
  if (names.includes(UNSEEN_SHOWN)) return `${what} ${UNSEEN_SHOWN} stands for a character that cannot be seen; retype the name.`;
  if (hasLookAlike) return `${what} A name that looks right holds a letter of another alphabet; retype it.`;
  if (unknown.every(({ name }) => MARKED.test(name)))
    return `${what} Only double quotes count as quotes; remove the marks from the whole file.`;
  return what;
}

/** A letter that is not Latin. */
const OTHER_ALPHABET = /(?=\p{L})\P{Script=Latin}/u;

/** Letter by letter the same, but for some of another alphabet: nobody sees the difference. */
function looksLike(name: string, accepted: string): boolean {
  const isSame = (letter: string, at: number) => letter === accepted[at] || OTHER_ALPHABET.test(letter);
  return name.length === accepted.length && /[a-z]/.test(name) && OTHER_ALPHABET.test(name) && [...name].every(isSame);
}

function sayTwice(cells: readonly Cell[]): string {
  const named = cells.slice(0, MOST_NAMED).map(({ header }) => quote(header));
  const names = joinWithAnd(cells.length > MOST_NAMED ? [...named, `${cells.length - MOST_NAMED} more`] : named);
  return cells.length === 1 ? `The column ${names} appears twice; remove one.` : `The columns ${names} appear twice; remove one of each.`;
}

function quote(header: string): string {
  return `"${oneLine(header, LONGEST_QUOTED)}"`;
}
