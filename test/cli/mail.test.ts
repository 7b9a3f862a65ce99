import { NO_COUNTS } from '../../src/domain/import-run';
import { aClient, aRun, aWorld, imports } from './fake-deps';

const RUN = aRun('acme-42', {
  outcome: 'imported-with-failures',
  counts: { ...NO_COUNTS, records: 10, created: 8, rejected: 2 },
  reasonCounts: { '9033': 2 },
  report: 'sent',
  settings: { ...aClient('acme').settings, failedImportEmail: 'then@acme.example' },
});
const world = (change = {}) => aWorld({ columns: 100, runs: [{ ...RUN, ...change }] });

test('prints envelope and text of the e-mail, to the address of then', async () => {
  const { code, out } = await imports(world(), 'mail', 'acme-42');
  expect(code).toBe(0);
  expect(out).toMatch(
    /^Sent {8}2026-11-20 13:00:09\nFrom {8}parking@city.example\nReply-To {4}parking@city.example\nTo {10}then@acme.example\nSubject {5}CSV Import Failed Records\nMessage-ID {2}<acme-42.report@city.example>\nAttachment {2}users-failed-records.csv\n\n/,
  );
  expect(out).toContain('acme-42');
});

test('says of one that was not sent that it was not, and why that is to be found', async () => {
  expect((await imports(world({ report: 'pending' }), 'mail', 'acme-42')).out).toMatch(/^Sent {8}not yet\n/);
  const failed = await imports(world({ report: 'failed' }), 'mail', 'acme-42');
  expect(failed.out).toMatch(/^Sent {8}no, it could not be sent; why: imports show acme-42\n/);
});

test('--json has all of it', async () => {
  const { out } = await imports(world(), 'mail', 'acme-42', '--json');
  expect(JSON.parse(out)).toMatchObject({
    importId: 'acme-42',
    report: 'sent',
    sentAt: '2026-11-20T18:00:09.000Z',
    to: 'then@acme.example',
    subject: 'CSV Import Failed Records',
    attachment: 'users-failed-records.csv',
    text: expect.stringContaining('acme-42'),
    html: expect.stringMatching(/^<!doctype html>/i),
  });
});
