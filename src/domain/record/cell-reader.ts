// Reads one cell of one column: restores, trims and normalises it, checks characters and length, and has its kind's reader take it.
// The reasons of a column are made once, since their sentences hold no values.

import { CONTROL, hasLost, hasUnseen, isCode, isGarbled, isLongerThan, LINE_BREAK, NON_ASCII, scanText, withoutUnseen } from './cell-text';
import type { ClientSettings } from '../client';
import type { Field, FieldName, FieldRule } from './fields';
import { fieldsOf } from '../client/profiles';
import { readDate, readEmail, readFlag, readGroups, readProvince, readWholeNumber } from './read-value';
import { reason, REASONS, type Reason, type ReasonCode } from '../reason/reasons';
import { restoreCell, isNoValue, isChangedNumber, isSpreadsheetError, withoutTextForm } from '../report/spreadsheet-cell';
import type { FieldValue } from '../user';

/** A cell that is rejected: why, and its text, trimmed and normalised. */
export interface Trouble {
  readonly text: string;
  readonly reasons: readonly Reason[];
}

interface ReaderSetup {
  readonly settings: ClientSettings;
  readonly droppedBack: boolean;
  readonly today: string;
}

/** What tells one user from another: what nobody can see must not make two of one. */
const IDENTIFYING: ReadonlySet<FieldName> = new Set(['uniqueId', 'userName', 'email']);
const EQUALS = 0x3d;
/** `'901'` and `901,` are 901, and would become another user. */
const MARKS: ReadonlySet<string | undefined> = new Set('\'"`“”„‘’«»,;');
/** What holds no question mark (with Oracle: no inverted one) unless a letter was lost. */
const NAMES: ReadonlySet<FieldName> = new Set(['firstName', 'lastName', 'city']);
const LOST_LETTER = /[?¿]/;
/** `613.0`, `'613`, `=+613` */
const CHANGED_NUMBER = /^(?:\d+\.0+|'[\d\s().+-]*\d|=\+?\d+)$/;
/** `.0` at the end of an id is told by the stored one. */
const CHANGED_ID = /^=\+?\d+$/;
/** `Аna`: no word has letters of two of these, and nobody sees it. */
const MIXED = /\p{Script=Latin}\p{M}*[\p{Script=Cyrillic}\p{Script=Greek}]|[\p{Script=Cyrillic}\p{Script=Greek}]\p{M}*\p{Script=Latin}/u;
/** Beyond ASCII, and no letter with an accent. */
const LOOK_ALIKE = /[^\0-\x7f\p{Script=Latin}]/u;
const NO_REASONS: readonly Reason[] = [];
const UNKNOWN: Pick<Field, 'rule' | 'required'> = { rule: { kind: 'text', max: 0 }, required: false };

/** Undefined = the cell is blank. */
export function cellReader(field: FieldName, header: string, setup: ReaderSetup): (cell: string) => FieldValue | Trouble | undefined {
  const { rule, required } = fieldsOf(setup.settings).find(({ name }) => name === field) ?? UNKNOWN;
  const max = 'max' in rule && rule.kind !== 'groups' ? rule.max : Infinity;
  const forbidden = rule.kind === 'text' && rule.multiline === true ? CONTROL : CONTROL | LINE_BREAK;
  const say = (code: ReasonCode, sentence: string) => reason(code, field, `${header} ${sentence}`);
  const sayingOnly = (code: ReasonCode) => reason(code, field, REASONS[code].sentence(header));
  const [control, lost, spreadsheet] = [sayingOnly('CONTROL_CHARACTER'), sayingOnly('CHARACTER_LOST'), sayingOnly('SPREADSHEET_VALUE')];
  const tooLong = say('9030', `is longer than ${max} characters; shorten it.`);
  const lineBreak = say('CONTROL_CHARACTER', 'holds a line break; put the value on one line.');
  const garbled = say('CHARACTER_LOST', 'holds garbled letters, such as Ã© for é; export the file again as UTF-8, or retype the value.');
  const questionMark = say('CHARACTER_LOST', 'holds a question mark where another program could not write a letter; retype the value.');
  const code = say('CHARACTER_LOST', "holds code instead of plain text, such as &eacute; for é or \\' for '; retype the value.");
  const instead = required ? 'write the value' : 'leave the cell empty, or write the value';
  const noValue = say('SPREADSHEET_VALUE', `holds a program's word for no value, such as NULL; ${instead}.`);
  const marked = say('9033', "begins or ends with a mark that is not part of it, such as ' or a comma; remove it.");
  const mixed = say('9033', 'mixes letters of two alphabets that look alike; retype it.');
  const isIdentifying = IDENTIFYING.has(field);
  const isName = NAMES.has(field);
  const isGuardedId = field === 'uniqueId' && setup.settings.leadingZeros === 'same';
  const { read, invalid } = valueReader(field, rule, header, setup);
  const lookAlike = {
    ...invalid,
    message: `${invalid.message} If it looks right, retype it: one of its characters only looks right.`,
  };
  const { droppedBack } = setup;

  return (cell) => {
    let text = (droppedBack ? restoreCell(cell) : cell).trim();
    if (text.charCodeAt(0) === EQUALS) text = withoutTextForm(text);
    const kinds = scanText(text);
    let reasons: readonly Reason[] = NO_REASONS;
    if (kinds !== 0) {
      const found: Reason[] = [];
      let isControl = (kinds & forbidden & CONTROL) !== 0;
      if ((kinds & NON_ASCII) !== 0) text = text.normalize('NFC');
      if (hasLost(text)) found.push(lost);
      else if (isGarbled(text)) found.push(garbled);
      else if (isCode(text)) found.push(code);
      else if (isName && LOST_LETTER.test(text)) found.push(questionMark);
      if ((kinds & NON_ASCII) !== 0 && hasUnseen(text)) {
        if (isIdentifying) isControl = true;
        else text = withoutUnseen(text);
      }
      if (isControl) found.unshift(control);
      else if ((kinds & forbidden & LINE_BREAK) !== 0) found.unshift(lineBreak);
      reasons = found;
      if ((kinds & LINE_BREAK) !== 0) text = text.replaceAll(/\r\n?/g, '\n');
    }
    if (text === '') return undefined;
    if (isNoValue(text, field)) return { text, reasons: [noValue] };
    if (isSpreadsheetError(text) || isChangedNumber(text, isGuardedId)) return { text, reasons: [spreadsheet] };
    if (isIdentifying && (MARKS.has(text[0]) || MARKS.has(text.at(-1)))) return { text, reasons: [...reasons, marked] };
    const isTooLong = text.length > max && isLongerThan(text, max);
    if (reasons.length > 0) return { text, reasons: isTooLong ? [...reasons, tooLong] : reasons };
    if ((kinds & NON_ASCII) !== 0 && (isIdentifying || isName) && MIXED.test(text)) return { text, reasons: [mixed] };
    const value = read(text);
    if (value === undefined) {
      const why = (kinds & NON_ASCII) !== 0 && rule.kind !== 'groups' && LOOK_ALIKE.test(text) ? lookAlike : invalid;
      return { text, reasons: isTooLong ? [tooLong, why] : [why] };
    }
    return isTooLong ? { text, reasons: [tooLong] } : value;
  };
}

interface ValueReader {
  readonly read: (text: string) => FieldValue | undefined;
  readonly invalid: Reason;
}

function valueReader(field: FieldName, rule: FieldRule, header: string, { settings, today }: ReaderSetup): ValueReader {
  const invalid = (sentence: string) => reason('9033', field, `${header} ${sentence}`);
  switch (rule.kind) {
    case 'text':
      return {
        read: (text) => ((field === 'uniqueId' ? CHANGED_ID : CHANGED_NUMBER).test(text) ? undefined : text),
        invalid: invalid("holds a number to which another program has added something, such as '613 or 613.0; write the number alone."),
      };
    case 'email':
      return { read: readEmail, invalid: invalid('is not a valid e-mail address, such as name@example.org; correct it.') };
    case 'province':
      return { read: readProvince, invalid: invalid('must be two letters, such as ON.') };
    case 'date':
      return {
        read: (text) => readDate(text, today),
        invalid: invalid('must be a real date, not in the future, written like 2001-12-31.'),
      };
    case 'whole-number': {
      const { userTypes } = settings;
      if (field !== 'userTypeId' || userTypes.length === 0) {
        return { read: readWholeNumber, invalid: invalid('must be a whole number, digits only.') };
      }
      const known = new Set(userTypes.map(({ id }) => id));
      return {
        read: (text) => {
          const id = readWholeNumber(text);
          return id !== undefined && known.has(id) ? id : undefined;
        },
        invalid: invalid(`must be ${oneOf(userTypes.map(({ id, name }) => `${id} (${name})`))}.`),
      };
    }
    case 'login-source': {
      const spelling = new Map(settings.loginSources.map((source) => [source.toLowerCase(), source]));
      return {
        read: (text) => spelling.get(text.toLowerCase()),
        invalid: reason('9015', field, `${header} must be ${oneOf(settings.loginSources)}.`),
      };
    }
    case 'flag':
      return { read: readFlag, invalid: invalid('must be 0 or 1, or blank.') };
    case 'groups':
      return {
        read: (text) => readGroups(text, rule.max),
        invalid: invalid(`must be group names separated by semicolons, without quotation marks, each of at most ${rule.max} characters.`),
      };
  }
}

const MOST_CHOICES = 20;

function oneOf(choices: readonly string[]): string {
  const named = choices.slice(0, MOST_CHOICES).join(', ');
  if (choices.length > MOST_CHOICES) return `one of ${named} and ${choices.length - MOST_CHOICES} more`;
  return choices.length === 1 ? named : `one of ${named}`;
}
