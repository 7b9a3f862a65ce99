import { NO_COUNTS } from '../../src/domain/import-run';
import type { RefusalCode } from '../../src/domain/reason/refusals';
import { describeProgress, escapeMarkdown, framed } from '../../workflows/describe-progress';

describe('the page that the Temporal UI shows', () => {
  it('tells phase, progress and file', () => {
    expect(
      describeProgress({ importId: 'acme-7', fileName: 'users.csv', state: 'applying', records: 12_345, chunks: 4, chunksDone: 1 }),
    ).toBe(
      [
        '### acme-7 · checking records and writing users',
        '',
        'File **users.csv**, 12,345 records',
        '',
        '`█████░░░░░░░░░░░░░░░` chunk 1 of 4',
      ].join('\n'),
    );
  });

  it('tells the numbers and what to do next when it has ended', () => {
    const page = describeProgress({
      importId: 'acme-7',
      fileName: 'users.csv',
      state: 'finished',
      records: 3,
      counts: { ...NO_COUNTS, records: 3, created: 2, rejected: 1 },
    });
    expect(page).toContain('| records | 3 |\n| created | 2 |\n| rejected | 1 |');
    expect(page).toContain('`imports rejected acme-7`');
    expect(page).not.toContain('| updated |');
  });

  it('tells of a held import what it would do, and what to type before when', () => {
    const held = { archives: 1200, permits: 34, activeUsers: 4800, emailChanges: 5, userNameChanges: 0, until: Date.UTC(2026, 10, 23, 18) };
    expect(describeProgress({ importId: 'acme-7', fileName: 'users.csv', state: 'held', held })).toBe(
      [
        '### acme-7 · waiting for approval',
        '',
        'File **users.csv** would archive **1,200** of 4,800 active users (25 %), release 34 permits and change 5 e-mail addresses. Nothing has been written yet.',
        '',
        'Who they are: `imports show acme-7 --plan`. Decide before 2026-11-23 18:00 UTC, or it is declined:',
        '',
        '- `imports approve acme-7 --reason "…"` (or `--without-archives`)',
        '- `imports decline acme-7 --reason "…"`',
      ].join('\n'),
    );
  });

  it('tells of a refused file why, in the words of the catalogue, and no numbers', () => {
    expect(
      describeProgress({ importId: 'acme-7', fileName: 'u.csv', state: 'finished', refusedBecause: 'NO_RECORDS', counts: NO_COUNTS }),
    ).toBe(
      [
        '### acme-7 · finished',
        '',
        'File **u.csv**',
        '',
        'Refused: `NO_RECORDS`. The file has a header line but nothing below it. No user was changed.',
        '',
        'For the exact reason and its line: `imports show acme-7`.',
      ].join('\n'),
    );
  });

  it('tells of a file that a newer version refused for a reason of its own at least the code', () => {
    const refusedBecause = 'TOO_WIDE' as RefusalCode;
    const page = describeProgress({ importId: 'acme-7', fileName: 'u.csv', state: 'finished', refusedBecause, counts: NO_COUNTS });
    expect(page).toContain('Refused: `TOO_WIDE`. This reason is described in a newer version of this program. No user was changed.');
  });

  it('ends with a rule, which the frame of the UI may cut off', () => {
    expect(framed('last line')).toBe('last line\n\n---');
  });

  it('says how to go on after a failure', () => {
    expect(describeProgress({ importId: 'acme-7', fileName: 'u.csv', state: 'failed' })).toContain('imports retry acme-7 --reason');
  });

  test.each([
    ['a link', '[click](https://evil.example)', '\\[click\\]\\(https\\://evil.example\\)'],
    ['a heading on a second line', 'a\n# b', 'a�\\# b'],
    ['code and emphasis', '`x` **y** _z_', '\\`x\\` \\*\\*y\\*\\* \\_z\\_'],
    ['HTML', '<img src=x onerror=y>', '\\<img src=x onerror=y\\>'],
    ['reversed text', 'gpj.\u202eexe', 'gpj.�exe'],
    ['a table cell', 'a|b', 'a\\|b'],
  ])('shows %s in a file name as text', (_, name, shown) => {
    expect(escapeMarkdown(name)).toBe(shown);
  });
});
