// The settings of a client as they are typed: KEY=VALUE, one row per key. `client add --set`, `client set`, `client show` and the help page
// read this table.

import type { ClientSettings } from '../../domain/client';
import { fieldsOf, furtherFields } from '../../domain/client/profiles';
import type { FieldName } from '../../domain/record/fields';
import { didYouMean } from '../../domain/file/suggest-name';
import {
  address,
  delimiter,
  fieldNames,
  flag,
  loginSources,
  networks,
  oneOf,
  size,
  userTypes,
  webhookUrl,
  wholeNumber,
  type Complain,
  type Reader,
  delimiterText,
  listText,
  orOff,
  schedule,
  scheduleText,
  silence,
  sizeText,
  userTypesText,
} from './setting-readers';

interface Setting {
  /** Dotted where nested, e.g. `holdAbove.archives`. */
  readonly key: string;
  /** What VALUE looks like. */
  readonly form: string;
  readonly meaning: string;
  /** The settings with this one set; undefined after a complaint. */
  apply(settings: ClientSettings, text: string, complain: Complain): ClientSettings | undefined;
  /** The VALUE that gives these settings. */
  readonly show: (settings: ClientSettings) => string;
}

const furtherColumns: Reader<readonly FieldName[]> = (text, complain, settings) =>
  furtherFields(settings.profile).length === 0 && text !== 'none'
    ? complain('none: a client of the profile opscom may send all columns as it is')
    : fieldNames(({ profile }) => furtherFields(profile), 'phoneCell,employeeNo')(text, complain, settings);

const orNone = (names: readonly string[]) => listText(names, 'none');

export const SETTINGS: readonly Setting[] = [
  setting('failedImportEmail', 'ADDRESS', 'who receives "CSV Import Failed Records"', address),
  setting('replyToAdminEmail', 'ADDRESS', 'sender of system mail', address),
  setting('archiveOnInactive', 'true|false', 'active=0 archives the user and releases the permits', flag),
  setting('reactivateOnActive', 'true|false', 'active=1 brings an archived user back', flag),
  setting('loginSources', 'CODE,CODE', 'accepted login_source codes', loginSources),
  setting('userTypes', 'ID:NAME,ID:NAME', 'accepted user_type_id values', userTypes, userTypesText),
  setting('furtherColumns', 'FIELD,FIELD', 'agylia only: OPS-COM columns that a file may also have', furtherColumns, orNone),
  setting('requiredFields', 'FIELD,FIELD', 'further fields that a new user must have', fieldNames(fieldsOf, 'email,firstName'), orNone),
  setting(
    'leadingZeros',
    'same|distinct',
    'ids that differ only in leading zeros or a final .0: one person (a new id is rejected), or different people',
    oneOf('same', 'distinct'),
  ),
  setting('unknownColumns', 'refuse|ignore', 'whether an unknown column refuses the file or is skipped', oneOf('refuse', 'ignore')),
  setting('encoding', 'utf-8|windows-1252|utf-16le', 'of files without a byte order mark', oneOf('utf-8', 'windows-1252', 'utf-16le')),
  setting('delimiter', 'auto|comma|semicolon|tab', 'auto: decided from the header line', delimiter, delimiterText),
  setting('schedule', '5m | cron:LINE@ZONE', 'how often to look for files', schedule, scheduleText),
  setting('startOnUpload', 'true|false', 'look at once when an upload is ready', flag),
  holdAbove('archives', 'NUMBER', 'hold an import that would archive more users than this', wholeNumber(0, 1e9)),
  holdAbove('percent', 'NUMBER', 'or more than this percentage of the active users', wholeNumber(0, 100)),
  holdAbove('floor', 'NUMBER', 'the percentage counts only from this many archives on', wholeNumber(0, 1e9)),
  setting('approvalTimeoutHours', 'HOURS', 'a held import is declined if nobody decides within this time', wholeNumber(1, 8760)),
  setting('report', 'failures|always', 'when an e-mail is sent', oneOf('failures', 'always')),
  setting('maxFileBytes', 'BYTES|10MiB', 'a larger file is refused', size, sizeText),
  setting('maxRecords', 'NUMBER', 'a file with more records is refused', wholeNumber(1, 1e9)),
  setting('allowedAddresses', 'ADDRESS,NETWORK|any', 'where its accounts may log in from', networks, (known) => listText(known, 'any')),
  setting('expectFileEvery', '26h|off', 'tell replyToAdminEmail when no file has arrived for this long', silence, orOff),
  setting('webhookUrl', 'URL|off', 'where its events are sent (docs/webhooks.md)', webhookUrl, orOff),
];

/** `settings` with all assignments made. Each that cannot be is told to `report`; then the result is not to be stored. */
export function applyAssignments(
  settings: ClientSettings,
  assignments: readonly string[],
  report: (problem: string) => void,
): ClientSettings {
  let result = settings;
  for (const assignment of assignments) {
    const cut = assignment.indexOf('=');
    const key = (cut < 0 ? assignment : assignment.slice(0, cut)).trim();
    const known = SETTINGS.find((candidate) => candidate.key === key);
    if (known === undefined) report(unknownKey(key));
    else if (cut < 0) report(`${key} has no value: write ${key}=${known.form}`);
    else {
      const text = assignment.slice(cut + 1).trim();
      const complain: Complain = (mustBe) => {
        report(`${key}=${text}: ${key} must be ${mustBe}`);
        return undefined;
      };
      result = known.apply(result, text, complain) ?? result;
    }
  }
  return result;
}

function unknownKey(key: string): string {
  if (key === 'profile') return 'profile cannot be changed: it is chosen when the client is added, with --profile; add another client';
  const known = SETTINGS.map((candidate) => candidate.key);
  return `${key} is not a setting${didYouMean(key, known) || '; all are listed by: imports client set --help'}`;
}

function setting<K extends keyof ClientSettings>(
  key: K,
  form: string,
  meaning: string,
  read: Reader<ClientSettings[K]>,
  show: (value: ClientSettings[K]) => string = String,
): Setting {
  return {
    key,
    form,
    meaning,
    apply(settings, text, complain) {
      const value = read(text, complain, settings);
      return value === undefined ? undefined : { ...settings, [key]: value };
    },
    show: (settings) => show(settings[key]),
  };
}

function holdAbove(key: keyof ClientSettings['holdAbove'], form: string, meaning: string, read: Reader<number>): Setting {
  const withIt: Reader<ClientSettings['holdAbove']> = (text, complain, settings) => {
    const value = read(text, complain, settings);
    return value === undefined ? undefined : { ...settings.holdAbove, [key]: value };
  };
  return { ...setting('holdAbove', form, meaning, withIt, (limits) => String(limits[key])), key: `holdAbove.${key}` };
}
