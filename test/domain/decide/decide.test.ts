import { decide } from '../../../src/domain/decide/decide';
import { importIdOf, parseClientId, userIdOf } from '../../../src/domain/ids';
import { reason } from '../../../src/domain/reason/reasons';
import type { CheckedRecord, DecideContext, FileMark } from '../../../src/domain/record/record';
import type { User } from '../../../src/domain/user';

const clientId = parseClientId('acme')!;
const CONTEXT: DecideContext = {
  importId: importIdOf(clientId, 7),
  seq: 7,
  archiveOnInactive: false,
  reactivateOnActive: false,
  requiredFields: [],
  superseded: false,
};
const RECORD: CheckedRecord = { line: 12, uniqueId: '1', values: { firstName: 'Ana', city: 'Ottawa' }, active: null, reasons: [] };
const USER: User = {
  userId: userIdOf(clientId, '1'),
  clientId,
  uniqueId: '1',
  status: 'active',
  rev: 3,
  values: { firstName: 'Anna', city: 'Ottawa', email: 'ana@example.edu' },
};
const ARCHIVED: User = { ...USER, status: 'archived' };
const SAME: User['values'] = { ...USER.values, ...RECORD.values };

interface Case {
  readonly record?: Partial<CheckedRecord>;
  readonly mark?: FileMark;
  readonly user?: User | undefined;
  readonly context?: Partial<DecideContext>;
}

const decideOn = ({ record, mark, user, context }: Case) => decide({ ...RECORD, ...record }, mark, user, { ...CONTEXT, ...context });

/** The kind of the decision, or the codes it is rejected with; `+permits`, `+ignored` = its side effects. */
function brief(given: Case): string {
  const { decision, releasePermits, inactiveIgnored } = decideOn(given);
  const what = decision.kind === 'reject' ? decision.reasons.map(({ code }) => code).join(' ') : decision.kind;
  return `${what}${releasePermits ? ' +permits' : ''}${inactiveIgnored ? ' +ignored' : ''}`;
}

function stamped(user: User, decision: 'create' | 'update' | 'archive'): User {
  return { ...user, values: SAME, imported: { importId: CONTEXT.importId, seq: CONTEXT.seq, line: RECORD.line, decision } };
}

describe('what a record does', () => {
  const off = {};
  const archive = { archiveOnInactive: true };
  const reactivate = { reactivateOnActive: true };
  test.each<[active: '0' | '1' | null, context: Partial<DecideContext>, active: string, archived: string, unknown: string]>([
    [null, off, 'update', 'update', 'create'],
    [null, archive, 'update', 'update', 'create'],
    [null, reactivate, 'update', 'update', 'create'],
    ['1', off, 'update', 'USER_ARCHIVED', 'create'],
    ['1', archive, 'update', 'USER_ARCHIVED', 'create'],
    ['1', reactivate, 'update', 'reactivate', 'create'],
    ['0', off, 'update +ignored', 'update', 'INACTIVE_UNKNOWN_USER'],
    ['0', archive, 'archive +permits', 'update +permits', 'INACTIVE_UNKNOWN_USER'],
    ['0', reactivate, 'update +ignored', 'update', 'INACTIVE_UNKNOWN_USER'],
  ])('active %j, %j: an active user: %s; an archived one: %s; an unknown one: %s', (active, context, toActive, toArchived, toUnknown) => {
    const record = { active };
    expect([brief({ record, context, user: USER }), brief({ record, context, user: ARCHIVED }), brief({ record, context })]).toEqual([
      toActive,
      toArchived,
      toUnknown,
    ]);
  });

  test.each<[string, Case, string]>([
    ['nothing differs', { user: { ...USER, values: SAME } }, 'unchanged'],
    ['nothing differs, inactive and ignored', { user: { ...USER, values: SAME }, record: { active: '0' } }, 'unchanged +ignored'],
    [
      'nothing differs, but the status',
      { user: { ...USER, values: SAME }, record: { active: '0' }, context: { archiveOnInactive: true } },
      'archive +permits',
    ],
    [
      'nothing differs, and permits of an archived user are still held',
      { user: { ...ARCHIVED, values: SAME }, record: { active: '0' }, context: { archiveOnInactive: true } },
      'unchanged +permits',
    ],
    [
      'nothing differs, but the user comes back',
      { user: { ...ARCHIVED, values: SAME }, record: { active: '1' }, context: { reactivateOnActive: true } },
      'reactivate',
    ],
  ])('%s', (_, given, expected) => expect(brief(given)).toBe(expected));

  test('an update sets only what differs, and keeps what it replaces', () => {
    const { decision } = decideOn({ user: USER, record: { values: { firstName: 'Ana', city: 'Ottawa', province: 'ON', userTypeId: 1 } } });
    expect(decision).toEqual({
      kind: 'update',
      set: { firstName: 'Ana', province: 'ON', userTypeId: 1 },
      before: { firstName: 'Anna', province: null, userTypeId: null },
      user: USER,
    });
  });

  test('an archive keeps what it replaces, too, and may replace nothing', () => {
    const context = { archiveOnInactive: true };
    expect(decideOn({ user: USER, record: { active: '0' }, context }).decision).toMatchObject({
      set: { firstName: 'Ana' },
      before: { firstName: 'Anna' },
    });
    expect(decideOn({ user: USER, record: { active: '0', values: {} }, context }).decision).toMatchObject({ set: {}, before: {} });
  });

  test('a new user gets the values of the record', () => {
    expect(decideOn({}).decision).toEqual({ kind: 'create', set: RECORD.values });
  });

  test('a number and its text are not the same value', () => {
    expect(brief({ user: { ...USER, values: { userTypeId: 1 } }, record: { values: { userTypeId: 1 } } })).toBe('unchanged');
    expect(brief({ user: { ...USER, values: { employeeNo: '1' } }, record: { values: { employeeNo: '01' } } })).toBe('update');
  });
});

describe('what a new user must have', () => {
  const requiredFields = ['email', 'firstName', 'lastName', 'city', 'studentNo', 'uniqueId', 'active'] as const;

  test('is asked of a record that would create one, all at once', () => {
    const { decision } = decideOn({ context: { requiredFields } });
    expect(decision.kind === 'reject' && decision.reasons.map(({ code, field }) => [code, field])).toEqual([
      ['9016', 'email'],
      ['9018', 'lastName'],
      ['9031', 'studentNo'],
      ['9031', 'active'],
    ]);
  });

  test.each<[string, Case]>([
    ['of a known user', { user: { ...USER, values: {} } }],
    ['of a record that creates nobody', { record: { active: '0' } }],
    [
      'for a cell that was rejected already',
      { record: { values: {}, reasons: requiredFields.filter((field) => field !== 'uniqueId').map((field) => reason('9033', field)) } },
    ],
  ])('is not asked %s', (_, given) => {
    expect(brief({ ...given, context: { requiredFields } })).not.toMatch(/9016|9017|9018|9031/);
  });
});

test('what is held against new users only is not held against one that is there', () => {
  const mark: FileMark = { line: 12, repeats: false, reasons: [], ifNew: reason('LEADING_ZEROS', 'uniqueId') };
  const undone: User = { ...ARCHIVED, archived: { importId: importIdOf(clientId, 3), at: new Date(0), undone: true } };
  expect(brief({ mark, context: { requiredFields: ['email'] } })).toBe('LEADING_ZEROS 9016');
  expect(brief({ mark, user: undone })).toBe('LEADING_ZEROS');
  expect(brief({ mark, user: USER })).toBe('update');
  expect(brief({ mark, context: { zeroTwin: '0901' } })).toBe('LEADING_ZEROS');
  expect(brief({ mark, user: stamped(USER, 'create') })).toBe('done');
});

test('what may be a heading is one, unless there is such a user', () => {
  const record = { values: {}, isHeading: true } as const;
  expect(brief({ record, context: { requiredFields: ['email'] } })).toBe('NOT_A_USER');
  expect(brief({ record, user: USER })).toBe('unchanged');
});

describe('a rejected record', () => {
  const mark: FileMark = { line: 12, repeats: false, reasons: [reason('9019', 'email')] };
  const bad = { reasons: [reason('9033', 'province')] };

  test('carries its own reasons, those of the file and those of the users, in this order', () => {
    expect(brief({ record: { ...bad, active: '1' }, mark, user: ARCHIVED })).toBe('9033 9019 USER_ARCHIVED');
    expect(brief({ record: { ...bad, active: '0' }, mark })).toBe('9033 9019 INACTIVE_UNKNOWN_USER');
    expect(brief({ record: bad, mark, context: { requiredFields: ['email'] } })).toBe('9033 9019 9016');
  });

  test('releases and ignores nothing', () => {
    expect(brief({ record: { ...bad, active: '0' }, user: ARCHIVED, context: { archiveOnInactive: true } })).toBe('9033');
    expect(brief({ record: { ...bad, active: '0' }, user: USER })).toBe('9033');
  });

  test('is not held against users when it does not say who it is about', () => {
    const context = { requiredFields: ['email'] as const };
    expect(brief({ record: { uniqueId: '', active: '0', reasons: [reason('9013', 'uniqueId')] }, context })).toBe('9013');
    expect(brief({ record: { uniqueId: 'x'.repeat(51), active: '0', reasons: [reason('9030', 'uniqueId')] }, context })).toBe('9030');
    expect(brief({ record: { uniqueId: '', values: {}, reasons: [reason('RECORD_SHAPE', null)] }, context })).toBe('RECORD_SHAPE');
  });
});

describe('a record that a newer file overtook', () => {
  const newer = { ...USER, imported: { importId: importIdOf(clientId, 8), seq: 8, line: 12, decision: 'update' } } as const;

  test.each<[string, Case]>([
    ['the newer file spoke of the user', { context: { superseded: true }, user: USER }],
    ['the newer file spoke of the user and did not create it', { context: { superseded: true } }],
    ['the newer file changed the user', { user: newer }],
    ['and is rejected in itself', { user: newer, record: { reasons: [reason('9033', 'province')] } }],
    ['and would archive', { user: newer, record: { active: '0' }, context: { archiveOnInactive: true } }],
  ])('is left alone: %s', (_, given) => expect(brief(given)).toBe('superseded'));

  test('is not one whose user an older file changed', () => {
    const older = { ...USER, imported: { importId: importIdOf(clientId, 6), seq: 6, line: 12, decision: 'update' } } as const;
    expect(brief({ user: older })).toBe('update');
  });
});

describe('a record that an earlier attempt of this import did already', () => {
  test('is counted as what it was', () => {
    const user = stamped(USER, 'create');
    expect(decideOn({ user }).decision).toEqual({ kind: 'done', stamp: user.imported });
  });

  test.each<[string, Case, string]>([
    [
      'an archive releases again',
      { user: stamped(ARCHIVED, 'archive'), record: { active: '0' }, context: { archiveOnInactive: true } },
      'done +permits',
    ],
    ['an ignored inactive one is counted again', { user: stamped(USER, 'update'), record: { active: '0' } }, 'done +ignored'],
    ['a newer file came in between', { user: stamped(USER, 'update'), context: { superseded: true } }, 'done'],
  ])('%s', (_, given, expected) => expect(brief(given)).toBe(expected));

  test('is not another line of this import', () => {
    expect(brief({ user: stamped(USER, 'update'), record: { line: 13 } })).toBe('unchanged');
  });
});

describe('a user whose creation was undone', () => {
  const undone: User = { ...ARCHIVED, archived: { importId: importIdOf(clientId, 3), at: new Date(0), undone: true } };
  const cases: readonly (readonly [active: CheckedRecord['active'], requiredFields: DecideContext['requiredFields'], expected: string])[] =
    [
      [null, [], 'reactivate'],
      ['1', [], 'reactivate'],
      ['0', [], 'update'],
      [null, ['email'], '9016'],
      ['0', ['email'], 'update'],
    ];
  test.each(cases)('active %j, required %j: %s', (active, requiredFields, expected) => {
    expect(brief({ record: { active }, user: undone, context: { requiredFields } })).toBe(expected);
  });

  test('is a user like any other once somebody has made it active', () => {
    expect(brief({ user: { ...undone, status: 'active' } })).toBe('update');
  });
});
