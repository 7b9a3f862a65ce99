import { FIELDS } from '../../../src/domain/record/fields';
import { missingCode, reason, REASONS, takenReason, type ReasonCode } from '../../../src/domain/reason/reasons';
import * as refusals from '../../../src/domain/reason/refusals';

const isSentence = /^[\p{Lu}\p{Ll}].*[.?]$/su;

test('every code says a sentence that names the column', () => {
  for (const code of Object.keys(REASONS) as ReasonCode[]) {
    const { message } = reason(code, 'email');
    expect(message).toMatch(isSentence);
    if (REASONS[code].scope === 'cell') expect(message).toContain('email');
  }
});

test('every title is short, every meaning and every fix a sentence', () => {
  for (const { title, meaning, fix } of [...Object.values(REASONS), ...Object.values(refusals.REFUSALS)]) {
    expect(title).toMatch(/^\S.{3,32}$/);
    expect(meaning).toMatch(isSentence);
    expect(fix).toMatch(isSentence);
  }
});

test('a field that must be there and is not has the code of the original', () => {
  const codes = Object.fromEntries(FIELDS.map(({ name }) => [name, missingCode(name)]));
  expect(codes).toMatchObject({ uniqueId: '9013', loginSource: '9014', email: '9016', firstName: '9017', lastName: '9018', city: '9031' });
});

test('a value that another user holds has the code of its field', () => {
  expect([takenReason('email', 'email', 'S-1').code, takenReason('userName', 'user_name', 'S-1').code]).toEqual(['9019', '9020']);
});

test.each([
  [refusals.refuseEmpty(), 'FILE_EMPTY', undefined],
  [refusals.refuseNoRecords(), 'NO_RECORDS', undefined],
  [refusals.refuseEncoding(17, 'utf-8', 'utf-8'), 'ENCODING', 17],
  [refusals.refuseUnclosedQuote(3), 'QUOTE_UNCLOSED', 3],
  [refusals.refuseNotCsv('an Excel workbook'), 'NOT_CSV', undefined],
  [refusals.refuseTooLarge(2 * 1024 ** 3), 'TOO_LARGE', undefined],
  [refusals.refuseTooManyRecords(5_000_000), 'TOO_MANY_RECORDS', undefined],
  [refusals.refuseLongRecord(12), 'RECORD_TOO_LONG', 12],
])('%j says where to look', (refusal, code, line) => {
  expect(refusal).toEqual({ code, message: expect.stringMatching(isSentence), ...(line === undefined ? {} : { line }) });
  if (line !== undefined) expect(refusal.message).toContain(`line ${line}`.replace('line 17', 'Line 17'));
});

test('a size is said as people say it', () => {
  expect(refusals.refuseTooLarge(2 * 1024 ** 3).message).toContain('2 GiB');
  expect(refusals.refuseTooLarge(1536 * 1024).message).toContain('1.5 MiB');
  expect(refusals.refuseTooLarge(500).message).toContain('500 bytes');
});
