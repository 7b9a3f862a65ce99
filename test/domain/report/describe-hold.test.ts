import { composeAdminMail } from '../../../src/domain/report/compose-mail';
import { DEFAULT_SETTINGS, type Client } from '../../../src/domain/client';
import { describeHold } from '../../../src/domain/report/describe-hold';
import type { Held } from '../../../src/domain/import-run';
import { aRun, clientId } from '../../cli/fake-deps';

const client: Client = {
  clientId: clientId('acme'),
  enabled: true,
  settings: { ...DEFAULT_SETTINGS, failedImportEmail: 'it@acme.example', replyToAdminEmail: 'admin@parking.example' },
};
const held: Held = {
  archives: 1200,
  permits: 34,
  activeUsers: 4800,
  emailChanges: 5,
  userNameChanges: 0,
  since: new Date('2026-11-20T18:00:10.000Z'),
  until: new Date('2026-11-23T18:00:10.000Z'),
  decided: null,
};
const mailOf = (fileName: string, mailFrom: string | null = null) => {
  const run = aRun('acme-42', { state: 'held', outcome: null, finishedAt: null, fileName, held });
  return composeAdminMail({ importId: run.importId, kind: 'hold', client, mailFrom, page: describeHold(run, held, client, 'hold') });
};
const flat = (text: string) => text.replace(/\s+/g, ' ');
const seen = (html: string) =>
  flat(
    html
      .replace(/^[\s\S]*<body[^>]*>/, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
  );

test('goes to the administrator, with a Message-ID of its own', () => {
  expect(mailOf('users.csv')).toMatchObject({
    to: 'admin@parking.example',
    from: 'admin@parking.example',
    replyTo: 'admin@parking.example',
    messageId: '<acme-42.hold@parking.example>',
  });
  expect(mailOf('users.csv', 'imports@relay.example')).toMatchObject({ from: 'imports@relay.example', to: 'admin@parking.example' });
});

describe.each([
  ['text', (fileName: string) => flat(mailOf(fileName).text)],
  ['HTML', (fileName: string) => seen(mailOf(fileName).html)],
])('the %s body', (_, bodyOf) => {
  test('tells every number, the limit, and until when', () => {
    const body = bodyOf('users.csv');
    expect(body).toMatch(/1,200 users would be archived/i);
    for (const shown of ['4,800', '25 %', '34', 'E-mail addresses to be changed 5', 'more than 50 users, or at least 10'])
      expect(body).toContain(shown);
    expect(body).toContain('If nobody decides by 23 November 2026, 18:00:10 UTC, the file is declined');
  });

  test('says whom to ask, whom to tell and what can be decided', () => {
    const body = bodyOf('users.csv');
    expect(body).toContain('Ask the client, at it@acme.example,');
    expect(body).toContain('Tell support what to do with import acme-42: approve it, approve it without archiving anyone, or decline it.');
  });

  test('shows a name that a client chose as text, on one line', () => {
    expect(bodyOf('a<b>\r\nBcc: x.csv')).toMatch(/a<b>\S* ?Bcc: x\.csv of client acme/);
    expect(mailOf('a<b>.csv').html).not.toContain('<b>');
  });
});
