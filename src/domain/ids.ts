// Names of things, branded so that one cannot be taken for another. Every id is derived from the client id, never from personal data.

export type ClientId = string & { readonly __brand: 'ClientId' };
/** `<clientId>-<sequence number>`, the same everywhere: workflow id, e-mail, receipt, command line, database. */
export type ImportId = string & { readonly __brand: 'ImportId' };
/** `<clientId>/<uniqueId>`: the `_id` of a user. Personal data where the client's unique ids are, so never logged. */
export type UserId = string & { readonly __brand: 'UserId' };

const CLIENT_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/** 1 to 40 lower-case letters, digits and inner hyphens; undefined if the text is not a client id. */
export function parseClientId(text: string): ClientId | undefined {
  return CLIENT_ID.test(text) ? (text as ClientId) : undefined;
}

export function importIdOf(clientId: ClientId, seq: number): ImportId {
  return `${clientId}-${seq}` as ImportId;
}

/** The parts of an import id; undefined when the text is none. */
export function parseImportId(
  text: string,
): { readonly importId: ImportId; readonly clientId: ClientId; readonly seq: number } | undefined {
  const cut = text.lastIndexOf('-');
  const clientId = parseClientId(text.slice(0, Math.max(cut, 0)));
  const digits = text.slice(cut + 1);
  if (clientId === undefined || !/^[1-9]\d{0,14}$/.test(digits)) return undefined;
  return { importId: text as ImportId, clientId, seq: Number(digits) };
}

/** Also of number 0, which stands for the time before the client's first import. */
export function clientIdOf(importId: ImportId): ClientId {
  return importId.slice(0, importId.lastIndexOf('-')) as ClientId;
}

export function userIdOf(clientId: ClientId, uniqueId: string): UserId {
  return `${clientId}/${uniqueId}` as UserId;
}

const DECIMAL = /^\d+\.0$/;

/** What programs leave alone that drop leading zeros of an id, or add `.0` to a number: equal for ids that may be one. */
export function withoutZeros(uniqueId: string): string {
  const end = DECIMAL.test(uniqueId) ? uniqueId.length - 2 : uniqueId.length;
  let start = 0;
  while (start < end - 1 && uniqueId.startsWith('0', start)) start++;
  return uniqueId.slice(start, end);
}

/** What the client calls the user. */
export function uniqueIdOf(userId: UserId): string {
  return userId.slice(userId.indexOf('/') + 1);
}
