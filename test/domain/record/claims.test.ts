import * as fc from 'fast-check';
import { claimOf, emailKeyOf, userNameKeyOf } from '../../../src/domain/record/claims';
import type { CheckedRecord } from '../../../src/domain/record/record';

test.each([
  ['Dov.Katz@Example.edu', 'DOV.KATZ@EXAMPLE.EDU'],
  ['E\u0301lodie@example.edu', '\u00e9lodie@example.edu'],
  ['STRASSE@EXAMPLE.EDU', 'strasse@example.edu'],
])('%j and %j are one e-mail', (a, b) => expect(emailKeyOf(a)).toBe(emailKeyOf(b)));

test.each([
  ['I@example.edu', '\u0131@example.edu'],
  ['a.b@example.edu', 'ab@example.edu'],
  ['stra\u00dfe@example.edu', 'strasse@example.edu'],
])('%j and %j are two', (a, b) => expect(emailKeyOf(a)).not.toBe(emailKeyOf(b)));

test('the key of a key is itself', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(emailKeyOf(emailKeyOf(text))).toBe(emailKeyOf(text))));
});

test('user names differ by case, but not by how an accent is written', () => {
  expect(userNameKeyOf('Ana')).not.toBe(userNameKeyOf('ana'));
  expect(userNameKeyOf('Jose\u0301')).toBe(userNameKeyOf('Jos\u00e9'));
});

test('a record claims its values, or the text of the cells that were rejected', () => {
  const record = { line: 2, uniqueId: '1', active: null, reasons: [] };
  const claims = (more: Pick<CheckedRecord, 'values' | 'claims'>) => {
    const whole = { ...record, ...more };
    return [claimOf(whole, 'email'), claimOf(whole, 'userName')];
  };
  expect(claims({ values: {} })).toEqual([undefined, undefined]);
  expect(claims({ values: { email: 'a@b.ca', userName: 'a' } })).toEqual(['a@b.ca', 'a']);
  expect(claims({ values: { userName: 'a' }, claims: { email: 'nobody' } })).toEqual(['nobody', 'a']);
});
