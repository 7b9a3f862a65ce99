// "Did you mean …" for column names: the accepted name that a header is a slip of, or that people use other words for.

import type { Field, FieldName } from '../record/fields';
import { bare, suggestName } from './suggest-name';

/** As people name these columns, without what separates the words. In the order of how likely they mean the field. */
const WORDS: Readonly<Partial<Record<FieldName, readonly string[]>>> = {
  uniqueId: ['id', 'userid', 'uid', 'uniqueidentifier', 'identifier', 'personid', 'studentid', 'employeeid', 'externalid', 'memberid'],
  loginSource: ['login', 'source', 'logintype', 'authsource', 'authentication', 'loginmethod', 'idp', 'directory'],
  firstName: ['givenname', 'forename', 'firstnames', 'given', 'first', 'preferredname', 'fname'],
  lastName: ['surname', 'familyname', 'last', 'lname', 'secondname'],
  userName: ['userlogin', 'loginname', 'account', 'accountname', 'netid', 'login'],
  email: ['emailaddress', 'mailaddress', 'mail', 'email1', 'primaryemail', 'workemail', 'contactemail'],
  street: ['address', 'streetaddress', 'address1', 'addressline1', 'street1'],
  city: ['town', 'municipality', 'city1'],
  province: ['provincestate', 'stateprovince', 'region', 'prov'],
  postalCode: ['postcode', 'zipcode', 'postal', 'zippostal'],
  phoneCell: ['cell', 'cellphone', 'mobile', 'mobilephone', 'phone', 'phonenumber', 'telephone'],
  userTypeId: ['usertype', 'type', 'role', 'category'],
  employeeNo: ['employeenumber', 'employeeid', 'staffno', 'staffnumber', 'staffid', 'empno'],
  studentNo: ['studentnumber', 'studentid'],
  licenceNumber: ['licence', 'license', 'licencenumber', 'licensenumber', 'driverslicense', 'driverslicence'],
  dateOfBirth: ['dob', 'birthdate', 'birthday', 'dateofbirth'],
  groups: ['group', 'teams', 'team', 'departments', 'department'],
  active: ['status', 'isactive', 'enabled', 'activeinactive'],
};

/** Takes the field that it suggests off `free`: no two columns mean the same. */
export function suggestHeader(name: string, free: Set<Field>): string | undefined {
  const headers = [...free].flatMap((field) => field.headers);
  const word = bare(name);
  const worded = [...free].find((field) => WORDS[field.name]?.includes(word) === true)?.headers[0];
  const suggestion = headers.find((header) => bare(header) === word) ?? worded ?? suggestName(name, headers);
  const meant = [...free].find((field) => suggestion !== undefined && field.headers.includes(suggestion));
  if (meant !== undefined) free.delete(meant);
  return suggestion;
}
