// E-mail and user name belong to one user of a client at a time. A record that names one claims it, even when the record or that
// very cell is rejected: two people with one address are a mistake whatever else is wrong with them.

import { isAscii, toNfc } from './cell-text';
import type { CheckedRecord, Claims } from './record';

/** What two spellings of one e-mail address have in common: unique within a client without regard to case. */
export function emailKeyOf(email: string): string {
  if (isAscii(email)) return email.toLowerCase();
  // Lower-casing can leave a letter and its mark apart, so the normal form is taken behind it, too.
  return toNfc(toNfc(email).toLowerCase());
}

/** User names are unique within a client, and case matters. */
export function userNameKeyOf(userName: string): string {
  return toNfc(userName);
}

/** The e-mail or the user name that the record would take; the raw text where the cell could not be accepted. */
export function claimOf({ claims, values }: CheckedRecord, field: keyof Claims): string | undefined {
  const claim = claims?.[field] ?? values[field];
  return claim === undefined ? undefined : String(claim);
}
