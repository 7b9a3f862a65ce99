// Which field a header stands for, in whatever profile.

import { AGYLIA_FIELDS, FIELDS, type FieldName } from './fields';

const BY_HEADER = new Map([...AGYLIA_FIELDS, ...FIELDS].flatMap(({ name, headers }) => headers.map((header) => [header, name] as const)));

export function fieldOfHeader(header: string): FieldName | undefined {
  return BY_HEADER.get(
    header
      .replace(/^\ufeff/, '')
      .trim()
      .toLowerCase(),
  );
}
