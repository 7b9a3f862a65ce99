// Directories and files as the listing commands show them: LIST for people, NLST for old programs, MLSD and MLST for new ones.

import { type Entry, type NamedEntry, longNameOf } from '../door/folder/entry';

export const FACTS = ['type', 'size', 'modify', 'perm'] as const;
export type Fact = (typeof FACTS)[number];

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;

export function listLine(entry: NamedEntry, now: Date): string {
  return `${longNameOf({ ...entry, name: shown(entry.name) }, now)}\r\n`;
}

export function nameLine({ name }: NamedEntry): string {
  return `${shown(name)}\r\n`;
}

export function factsLine(entry: NamedEntry, facts: readonly Fact[]): string {
  return `${factsOf(entry, facts)} ${shown(entry.name)}\r\n`;
}

export function factsOf(entry: Entry, facts: readonly Fact[]): string {
  return facts.map((fact) => `${fact}=${value(entry, fact)};`).join('');
}

/** `YYYYMMDDHHMMSS` in UTC, as MDTM and the facts have it. */
export function timeText(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$|[-:T]/g, '');
}

/** Undefined if it is not a time. A fraction of a second is left out. */
export function readTime(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d+)?$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // The thirtieth of February would be the second of March.
  return timeText(date) === text.slice(0, 14) ? date : undefined;
}

function value(entry: Entry, fact: Fact): string {
  switch (fact) {
    case 'type':
      return entry.kind === 'directory' ? 'dir' : 'file';
    case 'size':
      return String(entry.bytes);
    case 'modify':
      return timeText(entry.modifiedAt);
    case 'perm':
      if (entry.kind === 'directory') return entry.readOnly ? 'el' : 'cel';
      return entry.readOnly ? 'r' : 'adfrw';
  }
}

/** A name that was not given by a client may hold anything; a line break in it must not look like another entry. */
function shown(name: string): string {
  return name.replace(CONTROL, '?');
}
