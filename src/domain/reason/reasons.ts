// Why a record was rejected: the catalogue of reasons (refusals.ts has the one for whole files). It feeds the validator, the e-mail, the
// receipt, the command line and docs/reason-codes.md. Numbers are the original API's, as text. A code is never renamed or reused.
// Sentences hold column names and limits. The only value they may hold is another user's unique id (`namesUser`).

import { headerOf, type FieldName } from '../record/fields';
import { oneLine, joinWithAnd, nameLines } from '../report/wording';

/** As many characters as an accepted one may have. */
const LONGEST_ID = 50;

/** Why one record was rejected. `field` is null when the reason is about the record as a whole. */
export interface Reason {
  readonly code: ReasonCode;
  readonly field: FieldName | null;
  /** A sentence that a client's staff member can act on. */
  readonly message: string;
}

/** A rejected record has at least one. */
export type Reasons = readonly [Reason, ...Reason[]];

/** What the catalogue says about a code. */
export interface CatalogueEntry {
  readonly title: string;
  /** For support: when this code is used. */
  readonly meaning: string;
  /** For the client: what to do. */
  readonly fix: string;
}

interface ReasonEntry extends CatalogueEntry {
  readonly scope: 'cell' | 'record';
  /** Used when nothing more exact is known; `column` = the header of the column. */
  readonly sentence: (column: string) => string;
}

const required = (what: string, meaning: string): ReasonEntry => ({
  scope: 'cell',
  title: `${what} required`,
  meaning,
  fix: `Fill in the ${what.toLowerCase()}.`,
  sentence: (column) => `${column} is empty; fill it in, or remove the line if it is not about a user.`,
});
const requiredOfNewUser = (what: string): ReasonEntry => ({
  ...required(what, 'The record would create a user, and this client requires the field for new users (setting requiredFields).'),
  sentence: (column) => `A new user needs ${column}; fill it in.`,
});

const ROWS = {
  '9013': required('Unique id', 'The cell is empty, so the record does not say which user it is about.'),
  '9014': required('Login source', 'The cell is empty.'),
  '9015': {
    scope: 'cell',
    title: 'Login source invalid',
    meaning: "The login source is not one of the client's (setting loginSources). Case does not matter.",
    fix: 'Use one of your login sources, or ask us to add the new one.',
    sentence: (column) => `${column} is not one of your login sources; use one of them, or ask us to add this one.`,
  },
  '9016': requiredOfNewUser('E-mail'),
  '9017': requiredOfNewUser('First name'),
  '9018': requiredOfNewUser('Last name'),
  '9019': {
    scope: 'cell',
    title: 'E-mail not unique',
    meaning:
      'Another user of the client, or a record with another unique_id in the same file, has the e-mail address. Case does not matter. The reason names the other user, or the lines.',
    fix: 'Give each user a different e-mail address, or leave it blank.',
    sentence: (column) => `Another user already has this ${column}; use a different one, or leave it blank.`,
  },
  '9020': {
    scope: 'cell',
    title: 'User name not unique',
    meaning:
      'Another user of the client, or a record with another unique_id in the same file, has the user name. The reason names the other user, or the lines.',
    fix: 'Give each user a different user name, or leave it blank.',
    sentence: (column) => `Another user already has this ${column}; use a different one, or leave it blank.`,
  },
  '9030': {
    scope: 'cell',
    title: 'Too long',
    meaning: 'The value has more characters than the field can hold. Values are never cut.',
    fix: 'Shorten the value.',
    sentence: (column) => `${column} is too long; shorten it.`,
  },
  '9031': {
    ...requiredOfNewUser('Field'),
    fix: 'Fill in the field.',
  },
  '9033': {
    scope: 'cell',
    title: 'Value invalid',
    meaning:
      'The value does not fit the column, which takes an e-mail address, two letters, a date, a whole number, a known user type, or 0 or 1; or has something that is not part of it: a mark at one of its ends, what another program added to a number, or letters of a second alphabet.',
    fix: 'Correct the value, or leave the cell blank where the column is optional.',
    sentence: (column) => `${column} is not valid; correct it, or leave it blank.`,
  },
  RECORD_SHAPE: {
    scope: 'record',
    title: 'Wrong number of cells',
    meaning:
      'The record has more or fewer cells than the header line, so its cells cannot be matched to columns. The usual cause is an unquoted delimiter, or one at the end of the line.',
    fix: 'Give the record as many cells as the header line. The reason of each record says what is missing or too many.',
    sentence: () => 'The record does not have as many cells as the header line; add or remove cells until it does.',
  },
  DUPLICATE_IN_FILE: {
    scope: 'record',
    title: 'Same user twice in the file',
    meaning: 'Several records have the same unique_id but different values, so none of them is imported. Identical records count once.',
    fix: 'Keep one record for each user. The reason of each record names the other lines.',
    sentence: (column) => `Other records have the same ${column} but different values; keep only one of them.`,
  },
  INACTIVE_UNKNOWN_USER: {
    scope: 'record',
    title: 'Inactive user unknown',
    meaning: 'active is 0, but no user of the client has this unique_id. Nothing is created.',
    fix: 'Check the id. If the user was never meant to be imported, remove the record.',
    sentence: () => 'The record is marked inactive, but no user has this id; check the id, or remove the record.',
  },
  USER_ARCHIVED: {
    scope: 'record',
    title: 'User is archived',
    meaning: 'active is 1, the user is archived, and the client does not reactivate users by file (setting reactivateOnActive).',
    fix: 'Ask us to reactivate the user, or leave active blank to update the user without reactivating them.',
    sentence: () => 'This user is archived, and your files do not reactivate users; ask us to do it, or leave active blank.',
  },
  CONFLICTING_COLUMNS: {
    scope: 'cell',
    title: 'Two columns disagree',
    meaning: 'Two columns of the file stand for one field (such as province and state) and hold different values in this record.',
    fix: 'Give both columns the same value, leave one blank, or remove one of the columns.',
    sentence: (column) => `${column} and another column for the same field hold different values; leave one of them blank.`,
  },
  CONTROL_CHARACTER: {
    scope: 'cell',
    title: 'Character that cannot be seen',
    meaning:
      'The value holds a control character such as a tab or a line break (only streets may hold line breaks). In unique_id, user_name and email, zero-width characters, direction marks, soft hyphens, no-break spaces and other characters that cannot be seen count, too.',
    fix: 'Retype the value instead of pasting it.',
    sentence: (column) => `${column} holds a character that cannot be seen; retype the value instead of pasting it.`,
  },
  CHARACTER_LOST: {
    scope: 'cell',
    title: 'Letter lost',
    meaning:
      'The value holds U+FFFD, which another program wrote in place of a letter that it could not read, or what another program made of one, such as Ã©, &eacute; or ? of é.',
    fix: 'Retype the value, and export the file as UTF-8.',
    sentence: (column) => `${column} contains \ufffd where another program could not read a letter; retype the value.`,
  },
  SPREADSHEET_VALUE: {
    scope: 'cell',
    title: 'Value lost in another program',
    meaning:
      'The value is a spreadsheet error (#N/A, #REF! and others), a number in the short form 1.23E+05, which has lost digits, a date that was an id (12-Mar for 3-12), or the word of a database for no value (NULL, \\N).',
    fix: 'Copy the value from its source again, and format the column as text. Leave the cell empty where there is no value.',
    sentence: (column) =>
      `${column} holds a spreadsheet error, or a number or date that a spreadsheet has changed; copy the value from its source again, and format the column as text.`,
  },
  LEADING_ZEROS: {
    scope: 'cell',
    title: 'Zeros lost or added',
    meaning:
      'This unique_id is new, but a known user, or another new record of the file, has the same id with more or fewer leading zeros, which spreadsheets drop, or with or without the .0 that some programs add to numbers. Not checked for clients whose setting leadingZeros is distinct.',
    fix: 'Write each id with its zeros. The reason of each record names the stored id, or the other lines. If they are two different people, ask us to keep them apart.',
    sentence: (column) => `${column} differs from another user's id only in leading zeros; write the id with its zeros.`,
  },
  QUOTE_MISPLACED: {
    scope: 'record',
    title: 'Quote in the wrong place',
    meaning:
      'A double quote is inside a value that is not quoted, or there is text or a space between a quote and the delimiter, so the cells cannot be told apart.',
    fix: 'Put the value in double quotes with no spaces around them, and double each quote inside it.',
    sentence: () => 'A double quote is in the wrong place; put the value in double quotes, and double each quote inside it.',
  },
  ROWS_SWALLOWED: {
    scope: 'record',
    title: 'Lines read as one value',
    meaning: 'A double quote is never closed, so the lines after it became part of one value. Each of these lines is rejected.',
    fix: 'Close or remove the quote. In the failed records each line is a separate record again.',
    sentence: () => 'A double quote is never closed, so several lines were read as one value; close or remove it.',
  },
  HEADER_REPEATED: {
    scope: 'record',
    title: 'Header line again',
    meaning: 'The line holds column names, not a user: two files were joined. The columns below it may be different.',
    fix: 'Remove the line, and check that the records below it have the same columns.',
    sentence: () => 'This is a header line, not a user; remove it, and check that the records below it have the same columns.',
  },
  NOT_A_USER: {
    scope: 'record',
    title: 'Not a user',
    meaning:
      'The line holds a total, a count, a note, a heading or only dashes, as reports have them in or below a table, and no values of a user.',
    fix: 'Remove the line. If it is a user after all, fill another column.',
    sentence: () => 'This is a total, a note or a ruled line of a table, not a user; remove the line.',
  },
  CUT_OFF: {
    scope: 'record',
    title: 'File cut off',
    meaning:
      "The last line has no line break, but the client's last file ended with one: the export or the upload seems to have stopped early.",
    fix: 'Compare the end of your file with the export, then upload the complete file with a line break after the last line.',
    sentence: () => 'The file seems to have been cut off here; upload the complete file, with a line break after the last line.',
  },
  NOT_STORED: {
    scope: 'record',
    title: 'Not stored',
    meaning:
      'An index or a validator of the surrounding application refused the user. `imports show` and the log name it; ' +
      'docs/integration.md says what to do.',
    fix: 'Ask us to look into it, and upload the record again when we tell you.',
    sentence: () => 'Our database did not accept this record; ask us to look into it before you upload it again.',
  },
} satisfies Record<string, ReasonEntry>;

export type ReasonCode = keyof typeof ROWS;
export const REASONS: Readonly<Record<ReasonCode, ReasonEntry>> = ROWS;

/** Whether sentences of this code may hold the unique id of another user. */
export function namesUser(code: ReasonCode): boolean {
  return code === '9019' || code === '9020' || code === 'LEADING_ZEROS';
}

/** A reason with the catalogue's sentence, or a more exact one. */
export function reason(code: ReasonCode, field: FieldName | null, message?: string): Reason {
  return { code, field, message: message ?? REASONS[code].sentence(field === null ? 'the record' : headerOf(field)) };
}

export function isSome(reasons: readonly Reason[]): reasons is Reasons {
  return reasons.length > 0;
}

/** The code for a required field that is empty. */
export function missingCode(field: FieldName): ReasonCode {
  switch (field) {
    case 'uniqueId':
      return '9013';
    case 'loginSource':
      return '9014';
    case 'email':
      return '9016';
    case 'firstName':
      return '9017';
    case 'lastName':
      return '9018';
    default:
      return '9031';
  }
}

/** The value belongs to another user of the client. `column` = the client's name for the field; `other` = that user's unique id. */
export function takenReason(field: 'email' | 'userName', column: string, other: string | undefined): Reason {
  const code = field === 'email' ? '9019' : '9020';
  if (other === undefined) return reason(code, field, REASONS[code].sentence(column));
  return reason(
    code,
    field,
    `User ${other} already has this ${column}; use a different one here, or give user ${other} a new one in the same file.`,
  );
}

/** Another record of the file. */
interface OtherRecord {
  readonly line: number;
  /** Empty when it has none, or nobody knows it. */
  readonly uniqueId: string;
}

/** Other records of the file claim the value, too. `more` = how many beside those. */
export function claimedTwiceReason(
  field: 'email' | 'userName',
  { others, more }: { readonly others: readonly OtherRecord[]; readonly more: number },
): Reason {
  const [code, what] = field === 'email' ? (['9019', 'e-mail address'] as const) : (['9020', 'user name'] as const);
  const toDo = 'give each user a different one.';
  const known = others.filter(({ uniqueId }) => uniqueId !== '');
  if (known.length === 0) {
    const lines = nameLines(
      others.map(({ line }) => line),
      others.length + more,
    );
    return reason(code, field, `Another user has the same ${what}${others.length === 0 ? '' : ` (${lines})`}; ${toDo}`);
  }
  const names = known.map((other) => `${nameOf(other)} (line ${other.line})`);
  if (others.length + more === 1) return reason(code, field, `User ${names.join('')} has the same ${what}; ${toDo}`);
  const nameless = others.filter(({ uniqueId }) => uniqueId === '').map(({ line }) => `one on line ${line}`);
  const rest = more > 0 ? [`${more} more`] : [];
  return reason(code, field, `Users ${joinWithAnd([...names, ...nameless, ...rest])} have the same ${what}; ${toDo}`);
}

/** Whether the reason names this user as one who has the value. */
export function namesHolder({ message }: Reason, uniqueId: string): boolean {
  const name = nameOf({ uniqueId });
  return message.includes(` ${name} (line `) || message.includes(` ${name} already has `);
}

/** An id that was rejected may hold anything. */
function nameOf({ uniqueId }: Pick<OtherRecord, 'uniqueId'>): string {
  return oneLine(uniqueId, LONGEST_ID);
}

/** A line such as `Faculty of Arts,,,`. */
export function headingReason(): Reason {
  return reason(
    'NOT_A_USER',
    null,
    'This line fills one column only, as a heading does; remove it, or fill another column if it is a user.',
  );
}

/** Of a new id; `others` = those of the same file that differ only so, and where they are. */
export function zeroTwinReason(others: string): Reason {
  return reason(
    'LEADING_ZEROS',
    'uniqueId',
    `This id and ${others} differ only in leading zeros, or in .0 at the end. Keep only one of these records; if they are different people, ask us to keep them apart.`,
  );
}

/** `stored` = the id that differs only in leading zeros, or in `.0` at the end; `column` = the client's name for the field. */
export function leadingZerosReason(column: string, uniqueId: string, stored: string): Reason {
  const isDecimal = uniqueId.endsWith('.0') !== stored.endsWith('.0');
  const areNumbers = [uniqueId, stored].every((id) => /^\d+$/.test(id));
  const zeros = areNumbers ? 'in leading zeros, which spreadsheets drop' : 'in leading zeros';
  const how = isDecimal ? 'in .0 at its end, which some programs add to numbers' : zeros;
  return reason(
    'LEADING_ZEROS',
    'uniqueId',
    `User ${stored} exists, and ${column} differs only ${how}. Write ${stored} if you mean that user. If they are two people, ask us to keep them apart.`,
  );
}
