// What real programs do over FTPS, each in its own way.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { curl } from './support/clients';
import { openFtpsFixture, type FtpsFixture } from './support/ftps-fixture';

let fixture: FtpsFixture;
beforeAll(async () => void (fixture = await openFtpsFixture()));
afterAll(() => fixture.stop());

it('curl puts, gets, lists', async () => {
  const file = join(fixture.dataDir, 'local.csv');
  writeFileSync(file, 'a,b\r\n1,2\r\n');
  expect(await curl(fixture, ['-v', '-T', file], '/users.csv')).toMatchObject({ code: 0 });
  expect(readFileSync(fixture.published('users.csv'), 'utf8')).toBe('a,b\r\n1,2\r\n');
  expect(await curl(fixture, [], '/users.csv')).toMatchObject({ code: 0, stdout: 'a,b\r\n1,2\r\n' });
  const listed = await curl(fixture, [], '/');
  console.log(listed);
});
