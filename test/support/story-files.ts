// Two files that meet everything an import does, at any size: the first loads users, the second changes, archives, swaps and fails.
// The same number gives the same bytes.

const HEADER = 'unique_id,login_source,first_name,last_name,user_name,email,province,active';

export interface StoryFiles {
  readonly load: string;
  readonly changes: string;
  /** Users of the first file who hold a permit each, before the second. */
  readonly holders: readonly string[];
}

interface Row {
  id: string;
  firstName: string;
  userName: string;
  email: string;
  province: string;
  active: string;
}

const row = (i: number): Row => ({
  id: String(i),
  firstName: `First${i}`,
  userName: `user${i}`,
  email: `user${i}@example.edu`,
  province: 'ON',
  active: '1',
});
const line = ({ id, firstName, userName, email, province, active }: Row) =>
  [id, 'OPSCOM', firstName, 'Lee', userName, email, province, active].join(',');
const file = (rows: readonly Row[]) => `${[HEADER, ...rows.map(line)].join('\r\n')}\r\n`;

export function storyFiles(users: number): StoryFiles {
  const known = Array.from({ length: users }, (_, i) => i);
  return {
    load: file(known.map(row)),
    changes: file([...known.map(changed), ...Array.from({ length: users / 10 }, (_, i) => row(users + i)), ...strangers(users)]),
    holders: known.filter((i) => i % 7 === 0).map(String),
  };
}

function changed(i: number): Row {
  const now = row(i);
  switch (i % 20) {
    case 1:
      return { ...now, firstName: `Other${i}` };
    case 2:
      return { ...now, province: 'Ontario' };
    // Pairs swap their user names.
    case 3:
      return { ...now, userName: `user${i % 40 === 3 ? i + 20 : i - 20}` };
    case 4:
      return { ...now, active: '0' };
    case 5:
      return { ...now, email: `USER${i}@EXAMPLE.EDU` };
    // Somebody else's address, who names it, too: both are rejected.
    case 6:
      return { ...now, email: `user${i - 6}@example.edu` };
    default:
      return now;
  }
}

/** Inactive people who are not known, and one line twice. */
function strangers(users: number): Row[] {
  const unknown = Array.from({ length: 5 }, (_, i) => ({ ...row(2 * users + i), active: '0' }));
  return [...unknown, row(users)];
}
