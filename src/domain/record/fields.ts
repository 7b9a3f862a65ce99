// The fields of a user: accepted headers and rules, one row each. Source: the original's attribute table (docs/file-format.md).

export type FieldName = (typeof OPSCOM_ROWS | typeof AGYLIA_ROWS)[number]['name'];

export type FieldRule =
  | { readonly kind: 'text'; readonly max: number; readonly multiline?: true }
  | { readonly kind: 'email'; readonly max: number }
  | { readonly kind: 'province' }
  | { readonly kind: 'date' }
  | { readonly kind: 'whole-number' }
  | { readonly kind: 'login-source'; readonly max: number }
  | { readonly kind: 'flag' }
  /** Names separated by `;`, each at most `max`. */
  | { readonly kind: 'groups'; readonly max: number };

export interface Field {
  readonly name: FieldName;
  /** The first one is what templates print. */
  readonly headers: readonly [string, ...string[]];
  readonly required: boolean;
  readonly rule: FieldRule;
}

const text = (max: number): FieldRule => ({ kind: 'text', max });
const street: FieldRule = { kind: 'text', max: 255, multiline: true };
const field = <Name extends string>(name: Name, rule: FieldRule, ...headers: [string, ...string[]]) => ({
  name,
  headers,
  required: false,
  rule,
});

const OPSCOM_ROWS = [
  { ...field('uniqueId', text(50), 'unique_id'), required: true },
  { ...field('loginSource', { kind: 'login-source', max: 20 }, 'login_source'), required: true },
  field('firstName', text(50), 'first_name'),
  field('lastName', text(50), 'last_name'),
  field('userName', text(50), 'user_name'),
  field('email', { kind: 'email', max: 100 }, 'email'),
  field('street', street, 'street'),
  field('city', text(50), 'city'),
  field('province', { kind: 'province' }, 'province', 'state'),
  field('postalCode', text(20), 'postal_code', 'zip'),
  field('street2', street, 'street2'),
  field('city2', text(50), 'city2'),
  field('province2', { kind: 'province' }, 'province2', 'state2'),
  field('postalCode2', text(20), 'postal_code2', 'zip2'),
  field('phoneCell', text(20), 'phone_cell'),
  field('userTypeId', { kind: 'whole-number' }, 'user_type_id'),
  field('employeeNo', text(50), 'employ_no'),
  field('employeePhone', text(50), 'employee_phone'),
  field('studentNo', text(50), 'student_no'),
  field('studentPhone', text(50), 'student_phone'),
  field('licenceNumber', text(255), 'drivers_license_num', 'driver_license_num', 'drivers_licence_num', 'driver_licence_num'),
  field(
    'licenceProvince',
    { kind: 'province' },
    'drivers_license_prov',
    'driver_license_prov',
    'drivers_licence_prov',
    'driver_licence_prov',
    'driver_license_state',
    'drivers_license_state',
  ),
  field('dateOfBirth', { kind: 'date' }, 'date_of_birth', 'data_of_birth'),
  field('lockerUserTypeId', { kind: 'whole-number' }, 'locker_user_type_id'),
  field('active', { kind: 'flag' }, 'active'),
];

/** Headers of the failed-records file: always accepted, their cells ignored. */
export const REPORT_HEADERS = ['error_code', 'error_field', 'error_reason', 'source_line'] as const;

/** The columns of every Agylia file. */
const AGYLIA_ROWS = [
  { ...field('uniqueId', text(50), 'username'), required: true },
  field('firstName', text(50), 'forename'),
  field('lastName', text(50), 'surname'),
  field('email', { kind: 'email', max: 100 }, 'mail'),
  field('groups', { kind: 'groups', max: 100 }, 'groups'),
  field('active', { kind: 'flag' }, 'active'),
];

export const FIELDS: readonly Field[] = OPSCOM_ROWS;
export const AGYLIA_FIELDS: readonly Field[] = AGYLIA_ROWS;

/** What the client knows the field as, where the file's own header is not at hand. */
export function headerOf(name: FieldName): string {
  return (FIELDS.find((known) => known.name === name) ?? AGYLIA_FIELDS.find((known) => known.name === name))?.headers[0] ?? name;
}
