import { groupNames, spellGroups } from '../../../src/domain/record/groups';

test.each([
  ['Staff', ['Staff']],
  [' Staff ;;Sales; ', ['Staff', 'Sales']],
  ['Staff;STAFF;staff', ['Staff']],
  [' ; ', []],
])('%j names %j', (cell, names) => expect(groupNames(cell)).toEqual(names));

test.each([
  ['staff;SALES', 'Sales;Staff'],
  ['SALES;staff', 'Sales;Staff'],
  ['night shift;staff', 'night shift;Staff'],
])('%j is the membership %j, in the spelling that the groups have', (cell, membership) => {
  const spelling = new Map([
    ['staff', 'Staff'],
    ['sales', 'Sales'],
  ]);
  expect(spellGroups(cell, spelling)).toBe(membership);
});
