// Why a record was rejected or a file refused: the words, and the catalogue of reasons (the one of refusals is in refusals.ts). It feeds
// the validator, the e-mail, the receipt, the command line and docs/reason-codes.md. Numbers are the original API's, as text. A code is
// never renamed and never used again for something else. Sentences hold column names and limits, and of values only the unique id of
// another user, where nobody else could look it up.

import { headerOf, type FieldName } from '../record/fields';

export type ReasonCode =
  | '9013'
  | '9014'
  | '9015'
  | '9016'
  | '9017'
  | '9018'
  | '9019'
  | '9020'
  | '9030'
  | '9031'
  | '9033'
  | 'RECORD_SHAPE'
  | 'DUPLICATE_IN_FILE'
  | 'INACTIVE_UNKNOWN_USER'
  | 'USER_ARCHIVED'
  | 'CONFLICTING_COLUMNS'
  | 'CONTROL_CHARACTER'
  | 'CHARACTER_LOST'
  | 'SPREADSHEET_VALUE'
  | 'LEADING_ZEROS'
  | 'QUOTE_MISPLACED'
  | 'ROWS_SWALLOWED'
  | 'HEADER_REPEATED'
  | 'CUT_OFF'
  | 'NOT_STORED';

export type RefusalCode =
  | 'FILE_EMPTY'
  | 'NO_RECORDS'
  | 'HEADER_UNKNOWN'
  | 'HEADER_MISSING'
  | 'HEADER_DUPLICATE'
  | 'DELIMITER'
  | 'ENCODING'
  | 'QUOTE_UNCLOSED'
  | 'QUOTE_MISPLACED'
  | 'NOT_CSV'
  | 'FILE_DAMAGED'
  | 'TOO_LARGE'
  | 'TOO_MANY_RECORDS'
  | 'RECORD_TOO_LONG';

/** Why one record was rejected. `field` is null when the reason is about the record as a whole. */
export interface Reason {
  readonly code: ReasonCode;
  readonly field: FieldName | null;
  /** A sentence that a client's staff member can act on. */
  readonly message: string;
}

/** Of a rejected record: there is always at least one. */
export type Reasons = readonly [Reason, ...Reason[]];

/** Why a file was refused as a whole. `line` = the line of the file to look at, where there is one. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly line?: number;
}

/** What the catalogue says of a code. */
export interface CatalogueEntry {
  readonly title: string;
  /** For support: when it is given. */
  readonly meaning: string;
  /** For the client: what to do. */
  readonly fix: string;
}

export interface ReasonEntry extends CatalogueEntry {
  readonly scope: 'cell' | 'record';
  /** The sentence of a record where nothing more exact is known; `column` = the header of the column it is about. */
  readonly sentence: (column: string) => string;
}

const required = (what: string, meaning: string): ReasonEntry => ({
  scope: 'cell',
  title: `${what} required`,
  meaning,
  fix: `Fill in the ${what.toLowerCase()}.`,
  sentence: (column) => `${column} is empty; fill it in.`,
});
const requiredOfNewUser = (what: string): ReasonEntry => ({
  ...required(what, 'The record would create a user, and the client requires this field of new users (setting requiredFields).'),
  sentence: (column) => `A new user must have ${column}; fill it in.`,
});

export const REASONS: Readonly<Record<ReasonCode, ReasonEntry>> = {
  '9013': required('Unique id', 'The cell is empty, so nothing says which user the record is about.'),
  '9014': required('Login source', 'The cell is empty.'),
  '9015': {
    scope: 'cell',
    title: 'Login source invalid',
    meaning: "The login source is none of the client's (setting loginSources), compared without regard to case.",
    fix: 'Use one of the login sources agreed with us, or ask us to add the new one.',
    sentence: (column) => `${column} is not a login source we know for you; use one that is, or ask us to add it.`,
  },
  '9016': requiredOfNewUser('E-mail'),
  '9017': requiredOfNewUser('First name'),
  '9018': requiredOfNewUser('Last name'),
  '9019': {
    scope: 'cell',
    title: 'E-mail not unique',
    meaning: 'Another user of the client, or a record of another unique_id in the same file, has the e-mail address, in whatever case.',
    fix: 'Give each user an e-mail address of their own, or leave it blank. The reason of each record names the other user.',
    sentence: (column) => `Another user has the same ${column}; give each user their own, or leave it blank.`,
  },
  '9020': {
    scope: 'cell',
    title: 'User name not unique',
    meaning: 'Another user of the client, or a record of another unique_id in the same file, has the user name.',
    fix: 'Give each user a user name of their own, or leave it blank. The reason of each record names the other user.',
    sentence: (column) => `Another user has the same ${column}; give each user their own, or leave it blank.`,
  },
  '9030': {
    scope: 'cell',
    title: 'Too long',
    meaning: 'The value has more characters than the field holds. Values are never cut.',
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
    meaning: 'The value is not what the column holds: an e-mail address, two letters, a date, a whole number, a known user type, 0 or 1.',
    fix: 'Correct the value, or leave the cell blank.',
    sentence: (column) => `${column} has a value that is not valid; correct it or leave it blank.`,
  },
  RECORD_SHAPE: {
    scope: 'record',
    title: 'Wrong number of cells',
    meaning:
      'The record has more or fewer cells than the header line, so no cell can be assigned to a column. Usually an unquoted delimiter, or one at the end of the line.',
    fix: 'Give the record as many cells as the header line has. The reason of each record says what is too much or missing.',
    sentence: () => 'The record does not have as many cells as the header line; give it as many.',
  },
  DUPLICATE_IN_FILE: {
    scope: 'record',
    title: 'Same user twice in the file',
    meaning: 'Several records of the file have the same unique_id and differ, so none of them is taken. Identical ones count once.',
    fix: 'Keep one record for each user. The reason of each record names the lines.',
    sentence: (column) => `Other records of the file have the same ${column} and other values; keep one of them.`,
  },
  INACTIVE_UNKNOWN_USER: {
    scope: 'record',
    title: 'Inactive user unknown',
    meaning: 'active is 0, and no user of the client has the unique_id. Nothing is created.',
    fix: 'Check the id; when the user never was to be imported, remove the record.',
    sentence: () => 'The record is marked inactive, and there is no user with this id; check the id or remove the record.',
  },
  USER_ARCHIVED: {
    scope: 'record',
    title: 'User is archived',
    meaning: 'active is 1, the user is archived, and the client does not reactivate users by file (setting reactivateOnActive).',
    fix: 'Ask us to reactivate the user, or leave active blank to update the user as it is.',
    sentence: () => 'The user is archived and a file cannot make it active again; ask us to reactivate it, or leave active blank.',
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
      'The value holds a control character, such as a tab or a bell (only streets may hold line breaks), or, in what identifies a user (unique_id, user_name, email), a zero-width character, a direction mark, a soft hyphen or another format character.',
    fix: 'Type the value anew instead of pasting it.',
    sentence: (column) => `${column} holds a character that cannot be seen; type the value anew instead of pasting it.`,
  },
  CHARACTER_LOST: {
    scope: 'cell',
    title: 'Letter lost',
    meaning: 'The value holds U+FFFD, which another program has put in the place of a letter that it could not read.',
    fix: 'Type the value anew, and export the file as UTF-8.',
    sentence: (column) => `${column} holds the mark of a letter that another program has lost (\ufffd); type the value anew.`,
  },
  SPREADSHEET_VALUE: {
    scope: 'cell',
    title: 'Value spoilt by a spreadsheet',
    meaning:
      'The value is an error value of a spreadsheet (#N/A, #REF! and others), or, in unique_id, a number in the short form 1.23E+05, which has lost its digits.',
    fix: 'Take the value from its source again, and format the column of the spreadsheet as text.',
    sentence: (column) =>
      `${column} holds what a spreadsheet has made of the value, an error or a rounded number; take the value from its source again, and format the column as text.`,
  },
  LEADING_ZEROS: {
    scope: 'cell',
    title: 'Leading zeros lost or added',
    meaning:
      'No user has this unique_id, but one has it with more or fewer leading zeros: spreadsheets drop them. Not asked of clients whose setting leadingZeros is distinct.',
    fix: 'Write each id with its zeros. The reason of each record names the stored id. Where both are people, ask us to tell them apart.',
    sentence: (column) => `${column} differs from the id of another user in leading zeros only; write the id with its zeros.`,
  },
  QUOTE_MISPLACED: {
    scope: 'record',
    title: 'Quote in the wrong place',
    meaning:
      'A double quote stands inside a value that is not quoted, or text or a blank stands between the quote and the delimiter, so the cells cannot be told apart.',
    fix: 'Put the value into double quotes without blanks around them, and write each quote inside it twice.',
    sentence: () => 'A double quote stands in the wrong place; put the value into double quotes and write each quote inside it twice.',
  },
  ROWS_SWALLOWED: {
    scope: 'record',
    title: 'Lines read as one value',
    meaning: 'A double quote lacks its end, so the lines behind it became part of one value. Each of these lines is rejected.',
    fix: 'Close the quote or remove it. Each line is a record of its own again in the failed records.',
    sentence: () => 'A double quote lacks its end, so several lines were read as one value; close the quote or remove it.',
  },
  HEADER_REPEATED: {
    scope: 'record',
    title: 'Header line again',
    meaning: 'The line holds column names, not a user: two files were joined. The columns behind it may be others.',
    fix: 'Remove the line, and check that the records below it have the same columns.',
    sentence: () => 'This is a header line, not a user; remove it, and check that the records below it have the same columns.',
  },
  CUT_OFF: {
    scope: 'record',
    title: 'File cut off',
    meaning:
      "The last line has no line break, and the client's last file ended with one: the upload or the export seems to have ended early.",
    fix: 'Compare the end of your file with the export and upload the whole file; end the last line with a line break.',
    sentence: () => 'The file seems to have been cut off here; upload the whole file, and end the last line with a line break.',
  },
  NOT_STORED: {
    scope: 'record',
    title: 'Not stored',
    meaning:
      'The database refused the user: an index or a validator of the surrounding application. `imports show` and the log name it; ' +
      'docs/integration.md says what to do.',
    fix: 'Ask us to look into it; upload the record again when we say so.',
    sentence: () => 'Our database did not accept the record; ask us to look into it, then upload it again.',
  },
};

/** A reason with the catalogue's sentence, or a more exact one. */
export function reason(code: ReasonCode, field: FieldName | null, message?: string): Reason {
  return { code, field, message: message ?? REASONS[code].sentence(field === null ? 'the record' : headerOf(field)) };
}

export function isSome(reasons: readonly Reason[]): reasons is Reasons {
  return reasons.length > 0;
}

/** The code for a field that is required and not there. */
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

/** The value belongs to another user of the client. `column` = what the client calls the field; `other` = that user's unique id. */
export function takenReason(field: 'email' | 'userName', column: string, other: string | undefined): Reason {
  const code = field === 'email' ? '9019' : '9020';
  if (other === undefined) return reason(code, field, REASONS[code].sentence(column));
  return reason(code, field, `The user ${other} has this ${column}; change it here, or there in the same file.`);
}

/** `stored` = the id that differs in leading zeros only; `column` = what the client calls it. */
export function leadingZerosReason(column: string, stored: string): Reason {
  return reason(
    'LEADING_ZEROS',
    'uniqueId',
    `There is a user ${stored}: ${column} differs in leading zeros only, which spreadsheets drop. Write ${stored} if this user is meant, or ask us to tell such ids apart.`,
  );
}
