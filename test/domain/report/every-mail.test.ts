// Every e-mail whole, line by line, as people read it: test/domain/report/mails. After a change: WRITE_MAILS=1 npx jest every-mail, then
// read the difference, and look at the HTML (npm run pictures -- --mails).

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { everyMail } from '../../support/every-mail';

const folder = path.join(__dirname, 'mails');
const mails = Object.entries(everyMail());

test.each(mails)('%s reads as its golden text', (name, { from, to, subject, attachment, text }) => {
  const attached = attachment === undefined ? '' : `Attached: ${attachment.fileName}\n`;
  const whole = `From: ${from}\nTo: ${to}\nSubject: ${subject}\n${attached}\n${text}`;
  const file = path.join(folder, `${name}.txt`);
  if (process.env['WRITE_MAILS'] === '1') writeFileSync(file, whole);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : 'There is no golden text yet: WRITE_MAILS=1 npx jest every-mail').toBe(whole);
});

test('there is no golden text without an e-mail', () => {
  expect(readdirSync(folder).sort()).toEqual(mails.map(([name]) => `${name}.txt`).sort());
});

describe.each(mails)('%s', (_name, { text, html }) => {
  test('fits 78 columns', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  test('holds no command: an office reads it', () => {
    expect(`${text}${html}`).not.toMatch(
      /\bimports (?:show|list|approve|decline|undo|retry|scan|doctor|client|mail|check|rejected)\b|\s--[a-z]|\bnpm |`/,
    );
  });

  test('writes no id in capitals, and shows no count of zero', () => {
    expect(`${text}${html}`).not.toMatch(/ACME|text-transform/);
    expect(text).not.toMatch(/ {2}0$/m);
  });

  test('says the same in HTML as in plain text', () => {
    const words = (seen: string) => seen.replace(/[=*-]{2,}|(^|\s)[*-]\s|[[\]:]/gm, ' ').match(/\p{L}{4,}/gu) ?? [];
    const body = html
      .replace(/^[^]*<body[^>]*>/, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/&#(\d+);/g, (_, n: string) => String.fromCharCode(Number(n)));
    expect(words(body).sort()).toEqual(words(text).sort());
  });
});
