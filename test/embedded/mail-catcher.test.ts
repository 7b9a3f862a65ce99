import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import PostalMime from 'postal-mime';
import { loadConfig } from '../../src/config/load-config';
import { startMailCatcher, type MailCatcher } from '../../src/embedded/mail-catcher';
import { quietLog } from '../support/services';

let dataDir: string;
let catcher: MailCatcher;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), 'imports-mail-'));
  catcher = await startMailCatcher({ config: loadConfig({ IMPORTS_DATA_DIR: dataDir, IMPORTS_SMTP_PORT: '0' }), log: quietLog });
});
afterEach(async () => {
  await catcher.stop();
  await rm(dataDir, { recursive: true });
});

const send = (subject: string, attachment: Buffer = Buffer.alloc(0), messageId?: string) =>
  createTransport(catcher.url).sendMail({
    from: 'admin@parking.example',
    to: 'it@acme.example',
    subject,
    ...(messageId !== undefined && { messageId }),
    text: 'hello',
    attachments: [{ filename: 'failed.csv', content: attachment }],
  });

async function caught() {
  const names = (await readdir(catcher.folder)).sort();
  return Promise.all(names.map(async (name) => ({ name, mail: await PostalMime.parse(await readFile(path.join(catcher.folder, name))) })));
}

test('a message that was acknowledged is a file, in the order of arrival', async () => {
  await send('first');
  expect(await caught()).toHaveLength(1);
  await send('second');
  await send('third');
  const mails = await caught();
  expect(mails.map(({ mail }) => mail.subject)).toEqual(['first', 'second', 'third']);
  for (const { name } of mails) expect(name).toMatch(/^\d{4}-\d\d-\d\dT[\d-]+\.\d{3}Z-\d{6}\.eml$/);
});

test('a message of ours is named after its import and its kind; one that comes again keeps the first', async () => {
  await send('report', undefined, '<acme-2.report@parking.example>');
  await send('hold', undefined, '<acme-2.hold@parking.example>');
  await send('report again', undefined, '<acme-2.report@parking.example>');
  const mails = await caught();
  expect(mails.map(({ name, mail }) => [name, mail.subject])).toEqual([
    ['acme-2.hold.eml', 'hold'],
    ['acme-2.report.2.eml', 'report again'],
    ['acme-2.report.eml', 'report'],
  ]);
});

test.each(['<../../x.report@h>', '</etc/passwd.x@h>', '<acme-2.report/../y@h>', '<.report@h>', '<acme.$(x)@h>'])(
  'a name that somebody made up does not get out of the folder: %s',
  async (messageId) => {
    await send('made up', undefined, messageId);
    const [only] = await caught();
    expect(only?.name).toMatch(/^\d{4}-\d\d-\d\dT[\d-]+\.\d{3}Z-\d{6}\.eml$/);
  },
);

test('takes a report of the largest size whole', async () => {
  const attachment = Buffer.alloc(29 * 1024 * 1024, 'unique_id,login_source\r\n');
  await send('large', attachment);
  const [only] = await caught();
  expect(Buffer.from(only?.mail.attachments[0]?.content as ArrayBuffer).equals(attachment)).toBe(true);
});

test('refuses what is too large and leaves nothing of it', async () => {
  await expect(send('too large', Buffer.alloc(60 * 1024 * 1024, 'x'))).rejects.toMatchObject({ responseCode: 552 });
  expect(await readdir(catcher.folder)).toEqual([]);
});

test('messages at the same moment do not overwrite each other', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => send(`message ${n}`)));
  expect(new Set((await caught()).map(({ mail }) => mail.subject)).size).toBe(20);
});
