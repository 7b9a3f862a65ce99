// E-mail and user name belong to one user of a client at a time. A record that names one claims it, even when the record or that
// very cell is rejected: two people with one address are a mistake whatever else is wrong with them.

import { toNfc } from './cell-text';
import type { CheckedRecord, Claims } from './record';

/** What two spellings of one e-mail address have in common: unique within a client without regard to case. */
export function emailKeyOf(email: string): string {
  // Lower-casing can leave a letter and its mark apart, so the normal form is taken behind it, too.
  return toNfc(toNfc(email).toLowerCase());
}

/** User names are unique within a client, and case matters. */
export function userNameKeyOf(userName: string): string {
  return toNfc(userName);
}

/** The e-mail and the user name that the record would take; from the raw text where the cell could not be accepted. */
export function claimsOf(record: CheckedRecord): Claims {
  const email = record.claims?.email ?? record.values.email;
  const userName = record.claims?.userName ?? record.values.userName;
  return {
    ...(email === undefined ? {} : { email: String(email) }),
    ...(userName === undefined ? {} : { userName: String(userName) }),
  };
}
