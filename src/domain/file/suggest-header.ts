// "Did you mean …" for column names: the accepted name that a header is a slip of, or that people use other words for.

import { REPORT_HEADERS, type Field, type FieldName } from '../record/fields';
import { bare, suggestName } from './suggest-name';

/** As people name these columns, in English and French, as `bare` has it. In the order of how likely they mean the field. */
const WORDS: Readonly<Partial<Record<FieldName, readonly string[]>>> = {
  uniqueId: [
    'id',
    'uniqueid',
    'userid',
    'uid',
    'uniqueidentifier',
    'identifier',
    'personid',
    'studentid',
    'employeeid',
    'externalid',
    'emplid',
    'pernr',
    'bannerid',
    'samaccountname',
    'memberid',
    'identifiant',
    'matricule',
    'numero',
  ],
  loginSource: ['login', 'source', 'logintype', 'authsource', 'authentication', 'loginmethod', 'idp', 'directory'],
  firstName: ['givenname', 'firstname', 'forename', 'firstnames', 'given', 'first', 'preferredname', 'fname', 'prenom'],
  lastName: ['surname', 'lastname', 'familyname', 'last', 'lname', 'secondname', 'sn', 'nom', 'nomdefamille'],
  userName: ['userlogin', 'loginname', 'account', 'accountname', 'netid', 'login', 'nomdutilisateur'],
  email: ['email', 'emailaddress', 'mailaddress', 'mail', 'email1', 'primaryemail', 'workemail', 'contactemail', 'emailaddr', 'courriel'],
  street: ['address', 'streetaddress', 'address1', 'addressline1', 'street1', 'adresse', 'rue'],
  city: ['town', 'municipality', 'city1', 'ville'],
  province: ['provincestate', 'stateprovince', 'region', 'prov'],
  postalCode: ['postcode', 'zipcode', 'postal', 'zippostal', 'codepostal'],
  phoneCell: ['cell', 'cellphone', 'mobile', 'mobilephone', 'phone', 'phonenumber', 'telephone', 'cellulaire'],
  userTypeId: ['usertype', 'type', 'role', 'category'],
  employeeNo: ['employeenumber', 'employeeid', 'staffno', 'staffnumber', 'staffid', 'empno'],
  studentNo: ['studentnumber', 'studentid'],
  licenceNumber: ['licence', 'license', 'licencenumber', 'licensenumber', 'driverslicense', 'driverslicence'],
  dateOfBirth: ['dob', 'birthdate', 'birthday', 'dateofbirth', 'datedenaissance'],
  groups: ['group', 'groupe', 'groupes', 'teams', 'team', 'departments', 'department'],
  active: ['status', 'isactive', 'enabled', 'activeinactive', 'actif', 'statut'],
};

/** What a header line may hold: names of these fields, words for them and our own names, all as `bare` has it. */
export function headerWords(fields: readonly Field[]): ReadonlySet<string> {
  return new Set([...fields.flatMap(wordsFor), ...REPORT_HEADERS.map(bare)]);
}

export function wordsFor({ name, headers }: Field): readonly string[] {
  return [...headers.map(bare), ...(WORDS[name] ?? [])];
}

/** Takes the field that it suggests off `free`: no two columns mean the same. */
export function suggestHeader(name: string, free: Set<Field>): string | undefined {
  const headers = [...free].flatMap((field) => field.headers);
  // People add what they want to be known of a column: `login_source (required)`.
  const plain = name.replaceAll(/[([].*?(?:[)\]]|$)/g, '') || name;
  const word = bare(plain);
  const worded = [...free].find((field) => WORDS[field.name]?.includes(word) === true)?.headers[0];
  const suggestion = headers.find((header) => bare(header) === word) ?? worded ?? suggestName(plain, headers);
  const meant = [...free].find((field) => suggestion !== undefined && field.headers.includes(suggestion));
  if (meant !== undefined) free.delete(meant);
  return suggestion;
}
