// How the text behind `KEY=` becomes a value, and a value that text. A reader that cannot read it complains, in words that follow "KEY must
// be", and gives nothing.

import type { Field, FieldName } from '../../domain/record/fields';
import { parseNetwork } from '../../domain/client/network';
import { readEmail } from '../../domain/record/read-value';
import { suggestName } from '../../domain/file/suggest-name';
import { parseWebhookUrl } from '../../domain/webhook/public-address';
import type { ClientSettings, Schedule } from '../../domain/client';
import { durationMs } from '../../domain/client/schedule';

export type Complain = (mustBe: string) => undefined;
/** `settings` = all of the client's, as they are so far. */
export type Reader<T> = (text: string, complain: Complain, settings: ClientSettings) => T | undefined;

const A_YEAR = 365 * 86_400;
const BYTES = { '': 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 } as const;

export const flag: Reader<boolean> = (text, complain) => (text === 'true' ? true : text === 'false' ? false : complain('true or false'));

export function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (text, complain) => words.find((word) => word === text) ?? complain(words.join(' or '));
}

export function wholeNumber(min: number, max: number): Reader<number> {
  return (text, complain) => {
    const n = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    return n >= min && n <= max ? n : complain(`a whole number from ${min} to ${max}`);
  };
}

/** Bytes, or a whole number of KiB, MiB or GiB. */
export const size: Reader<number> = (text, complain) => {
  const [, digits, unit = ''] = /^(\d{1,15}) ?(|KiB|MiB|GiB)$/i.exec(text) ?? [];
  const bytes = Number(digits) * BYTES[unit.toLowerCase() as keyof typeof BYTES];
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : complain('a number of bytes, e.g. 1048576, 500KiB, 10MiB or 2GiB');
};

export function sizeText(bytes: number): string {
  const unit = (['GiB', 'MiB', 'KiB'] as const).find((name) => bytes % BYTES[name.toLowerCase() as keyof typeof BYTES] === 0);
  return unit === undefined ? String(bytes) : `${bytes / BYTES[unit.toLowerCase() as keyof typeof BYTES]}${unit}`;
}

export const address: Reader<string> = (text, complain) =>
  (text.length <= 254 ? readEmail(text) : undefined) ?? complain('one e-mail address, e.g. it@acme.example');

/** `OPSCOM,LDAP`; compared without regard to case, so no code twice. */
export const loginSources: Reader<readonly string[]> = (text, complain) => {
  const codes = listOf(text);
  const folded = new Set(codes.map((code) => code.toUpperCase()));
  const good =
    codes.length > 0 && folded.size === codes.length && codes.every((code) => code.length <= 20 && !/[\p{Cc}\p{Cf}]/u.test(code));
  return good ? codes : complain('codes of at most 20 characters, each once, separated by commas: OPSCOM,LDAP');
};

/** `1:Student,2:Staff`; `any`, or nothing at all = any whole number is accepted. */
export const userTypes: Reader<readonly { readonly id: number; readonly name: string }[]> = (text, complain) => {
  const types = (text === 'any' ? [] : listOf(text)).map((part) => {
    const [, id, name] = /^(\d{1,9}):\s*(\S.*)$/.exec(part) ?? [];
    return id === undefined || name === undefined ? undefined : { id: Number(id), name };
  });
  const known = types.filter((type) => type !== undefined);
  const good = known.length === types.length && new Set(known.map((type) => type.id)).size === known.length;
  return good ? known : complain('pairs of number and name, each number once, separated by commas: 1:Student,2:Staff');
};

export function userTypesText(types: readonly { readonly id: number; readonly name: string }[]): string {
  return listText(
    types.map(({ id, name }) => `${id}:${name}`),
    'any',
  );
}

/** `email,firstName`; the header of the file (`first_name`) will do as well; `none`, or nothing at all = no field. */
export function fieldNames(fieldsOf: (settings: ClientSettings) => readonly Field[], example: string): Reader<readonly FieldName[]> {
  return (text, complain, settings) => {
    const fields = fieldsOf(settings);
    const names: FieldName[] = [];
    for (const part of text === 'none' ? [] : listOf(text)) {
      const field = fields.find(({ name, headers }) => name !== 'active' && (name === part || headers.includes(part)));
      if (field === undefined) {
        const near = suggestName(
          part,
          fields.map(({ name }) => name),
        );
        return complain(
          `names of fields separated by commas, e.g. ${example}; ${part} is none${near === undefined ? '' : `, did you mean ${near}?`}`,
        );
      }
      if (!names.includes(field.name)) names.push(field.name);
    }
    return names;
  };
}

/** `203.0.113.7,198.51.100.0/24`; `any`, or nothing at all = from everywhere. */
export const networks: Reader<readonly string[]> = (text, complain) => {
  const parts = text === 'any' ? [] : listOf(text);
  const wrong = parts.find((part) => parseNetwork(part) === undefined);
  if (wrong === undefined) return [...new Set(parts)];
  return complain(`addresses and networks separated by commas, e.g. 203.0.113.7,198.51.100.0/24, or any; ${wrong} is neither`);
};

/** `https://hooks.acme.example/imports`, or `off` for null. */
export const webhookUrl: Reader<string | null> = (text, complain) => {
  if (text === 'off') return null;
  const mustBe = 'off, or a URL without user name, password and #, e.g. https://hooks.acme.example/imports';
  return parseWebhookUrl(text) ?? complain(mustBe);
};

const DELIMITER_WORDS = { auto: 'auto', ',': 'comma', ';': 'semicolon', '\t': 'tab' } as const;
const DELIMITERS = { auto: 'auto', ',': ',', comma: ',', ';': ';', semicolon: ';', '\t': '\t', tab: '\t' } as const;
export const delimiter: Reader<'auto' | ',' | ';' | '\t'> = (text, complain) =>
  Object.hasOwn(DELIMITERS, text) ? DELIMITERS[text as keyof typeof DELIMITERS] : complain('auto, comma, semicolon or tab');

export function delimiterText(known: keyof typeof DELIMITER_WORDS): string {
  return DELIMITER_WORDS[known];
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** `ifEmpty` = the word for none. */
export function listText(parts: readonly string[], ifEmpty: string): string {
  return parts.length === 0 ? ifEmpty : parts.join(',');
}

export function orOff(value: string | null): string {
  return value ?? 'off';
}

/** `26h`, or `off` for null. */
export const silence: Reader<string | null> = (text, complain) =>
  text === 'off' ? null : seconds(text) >= 60 ? text : complain('off, or a time from a minute to a year, e.g. 90m, 26h or 8d');

/** `5m`, or `cron:0 0 * * *@Europe/Berlin`. */
export const schedule: Reader<Schedule> = (text, complain) => {
  if (!text.startsWith('cron:')) {
    return seconds(text) >= 60
      ? { every: text }
      : complain('a time from a minute to a year, e.g. 5m or 1h, or cron:0 0 * * *@Europe/Berlin');
  }
  const [, cron = '', zone = ''] = /^cron:\s*(.*?)\s*@\s*([^@]*?)\s*$/.exec(text) ?? [];
  const timeZone = timeZoneNamed(zone);
  if (timeZone === undefined) return complain('a cron line with the name of a time zone behind an @: cron:0 0 * * *@Europe/Berlin');
  if (!isCron(cron)) return complain('a cron line of five parts (minute hour day month weekday): cron:30 6 * * 1-5@Europe/Berlin');
  return { cron, timeZone };
};

export function scheduleText(known: Schedule): string {
  return 'every' in known ? known.every : `cron:${known.cron}@${known.timeZone}`;
}

/** NaN if it is not a time, or longer than a year. */
function seconds(text: string): number {
  const n = (durationMs(text) ?? NaN) / 1000;
  return n <= A_YEAR ? n : NaN;
}

/** In the spelling of the zone's own database: Temporal minds the case. An offset such as +01:00 is not a name. */
function timeZoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    return known.toLowerCase() === name.toLowerCase() ? known : name;
  } catch {
    return undefined;
  }
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');
const CRON_PARTS = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: MONTHS },
  { min: 0, max: 7, names: WEEKDAYS },
] as const;

function isCron(cron: string): boolean {
  const parts = cron.toLowerCase().split(/\s+/);
  return (
    parts.length === CRON_PARTS.length && CRON_PARTS.every((rule, i) => (parts[i] ?? '').split(',').every((part) => isCronPart(part, rule)))
  );
}

/** `*`, `5`, `1-5`, each with `/2` or without. */
function isCronPart(
  part: string,
  { min, max, names }: { readonly min: number; readonly max: number; readonly names: readonly string[] },
): boolean {
  const [, range = '', step] = /^([^/]+)(?:\/([1-9]\d?))?$/.exec(part) ?? [];
  const ends = range.split('-').map((end) => (names.includes(end) ? min + names.indexOf(end) : /^\d{1,2}$/.test(end) ? Number(end) : NaN));
  if (range === '*') return true;
  const [from = NaN, to = from] = ends;
  return ends.length <= 2 && from >= min && to <= max && from <= to && (step === undefined || Number(step) <= max);
}
