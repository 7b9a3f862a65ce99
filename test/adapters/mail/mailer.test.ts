// The mailer against a real SMTP server on this machine: what arrives, and which answers are final.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createMailer } from '../../../src/adapters/mail/mailer';
import { ImportsError } from '../../../src/errors';
import type { Message } from '../../../src/domain/report/compose-mail';

const MESSAGE: Message = {
  from: 'admin@parking.example',
  replyTo: 'admin@parking.example',
  to: 'it@acme.example',
  subject: 'CSV Import Failed Records',
  messageId: '<acme-42.report@parking.example>',
  text: '1 of 2 records failed\n',
  html: '<p>1 of 2 records failed</p>',
};

let dir: string;
const closing: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'mailer-'));
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(() => rm(dir, { recursive: true }));

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** An SMTP server that keeps what arrives. */
async function mailbox(options: SMTPServerOptions = {}) {
  const received: { readonly envelope: readonly string[]; readonly raw: Buffer }[] = [];
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          envelope: [mailFrom === false ? '' : mailFrom.address, ...rcptTo.map((to) => to.address)],
          raw: Buffer.concat(parts),
        });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closing.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const { port } = server.server.address() as AddressInfo;
  return { received, mailer: createMailer(`smtp://127.0.0.1:${port}`) };
}

async function attachment(fileName: string, content: string | Buffer): Promise<{ fileName: string; path: string }> {
  const file = path.join(dir, `${Math.random().toString(36).slice(2)}.csv`);
  await writeFile(file, content);
  return { fileName, path: file };
}

async function failure(sending: Promise<void>): Promise<ImportsError> {
  const error: unknown = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ImportsError);
  return error as ImportsError;
}

const saying = (responseCode: number, text: string): Error => Object.assign(new Error(text), { responseCode });

describe('what arrives', () => {
  test('is one message with both bodies, the fixed Message-ID and the headers that keep vacation replies away', async () => {
    const { received, mailer } = await mailbox();
    await mailer.send(MESSAGE);
    expect(received).toHaveLength(1);
    expect(received[0]?.envelope).toEqual(['admin@parking.example', 'it@acme.example']);
    const mail = await PostalMime.parse(received[0]!.raw);
    const header = (key: string) => mail.headers.filter((h) => h.key === key).map((h) => h.value);
    expect(mail).toMatchObject({ subject: MESSAGE.subject, messageId: MESSAGE.messageId });
    expect(mail.text?.trim()).toBe(MESSAGE.text.trim());
    expect(mail.html).toContain('<p>1 of 2 records failed</p>');
    expect(mail.replyTo?.[0]).toMatchObject({ address: 'admin@parking.example' });
    expect(header('auto-submitted')).toEqual(['auto-generated']);
    expect(header('x-auto-response-suppress')).toEqual(['All']);
    expect(mail.attachments).toEqual([]);
  });

  test.each([
    'users-failed-records.csv',
    'Élèves – 学生-failed-records.csv',
    'semi;colon "quoted"-failed-records.csv',
    `${'long '.repeat(16)}.csv`,
  ])('has the attachment under its name, byte for byte: %s', async (fileName) => {
    const { received, mailer } = await mailbox();
    const content = Buffer.from('\uFEFFunique_id,street,error_code\r\n1001,"12 King St\nRear – López",9019\r\n');
    await mailer.send({ ...MESSAGE, attachment: await attachment(fileName, content) });
    const [file] = (await PostalMime.parse(received[0]!.raw)).attachments;
    expect(file).toMatchObject({ filename: fileName, mimeType: 'text/csv', disposition: 'attachment' });
    expect(Buffer.from(file!.content as ArrayBuffer)).toEqual(content);
  });

  test('has an attachment of ten megabytes whole', async () => {
    const { received, mailer } = await mailbox();
    const content = Buffer.from('1001,OPSCOM,Ana,López,9019\r\n'.repeat(360_000));
    await mailer.send({ ...MESSAGE, attachment: await attachment('big.csv', content) });
    const [file] = (await PostalMime.parse(received[0]!.raw)).attachments;
    expect(Buffer.from(file!.content as ArrayBuffer).equals(content)).toBe(true);
  });

  test('holds no header that a name or an address smuggled in', async () => {
    const { received, mailer } = await mailbox();
    const evil = 'x\r\nBcc: everybody@acme.example\r\n\r\nbody';
    await mailer.send({
      ...MESSAGE,
      subject: `${MESSAGE.subject} ${evil}`,
      messageId: `<a@b>\r\nBcc: everybody@acme.example`,
      replyTo: `admin@parking.example\r\nBcc: everybody@acme.example`,
      attachment: await attachment(evil, 'a,b\n'),
    });
    expect(received[0]?.envelope).toEqual(['admin@parking.example', 'it@acme.example']);
    const mail = await PostalMime.parse(received[0]!.raw);
    expect(mail.headers.map((header) => header.key)).not.toContain('bcc');
    expect(received[0]!.raw.toString('latin1')).not.toMatch(/^bcc:/im);
    expect(mail.text?.trim()).toBe(MESSAGE.text.trim());
  });
});

describe('an answer that is final', () => {
  test.each<[string, SMTPServerOptions]>([
    ['no such mailbox', { onRcptTo: (_to, _session, done) => done(saying(550, '5.1.1 <it@acme.example>: no such user')) }],
    ['sender not allowed', { onMailFrom: (_from, _session, done) => done(saying(553, 'admin@parking.example not allowed')) }],
    [
      'message refused',
      {
        onData: (stream, _session, done) => {
          stream.resume().on('end', () => done(saying(554, 'it@acme.example refuses this')));
        },
      },
    ],
    [
      'message too large',
      {
        size: 100,
        onData: (stream, _session, done) => {
          stream.resume().on('end', () => done(stream.sizeExceeded ? saying(552, '5.3.4 too large for it@acme.example') : null));
        },
      },
    ],
  ])('is MAIL_REJECTED and names no address: %s', async (_case, options) => {
    const { mailer } = await mailbox(options);
    const error = await failure(mailer.send(MESSAGE));
    expect(error.code).toBe('MAIL_REJECTED');
    expect(`${error.message} ${String(error.cause)}`).not.toContain('example');
    expect(error.message).toMatch(/\(55[0234]/);
  });

  test('is MAIL_REJECTED when the recipient is no address at all', async () => {
    const { mailer } = await mailbox();
    expect((await failure(mailer.send({ ...MESSAGE, to: 'nobody' }))).code).toBe('MAIL_REJECTED');
  });
});

describe('an answer that may change', () => {
  test.each<[string, SMTPServerOptions]>([
    ['greylisted', { onRcptTo: (_to, _session, done) => done(saying(451, '4.7.1 it@acme.example: try again later')) }],
    ['too busy to talk', { onConnect: (_session, done) => done(saying(421, 'too many connections')) }],
    ['not from this machine', { onConnect: (_session, done) => done(saying(554, 'no access')) }],
    ['log in first', { onMailFrom: (_from, _session, done) => done(saying(530, '5.7.0 authentication required')) }],
  ])('is retryable and names no address: %s', async (_case, options) => {
    const { mailer } = await mailbox(options);
    const error = await failure(mailer.send(MESSAGE));
    expect(error.code).toBe('UNREACHABLE');
    expect(error.message).not.toContain('example');
  });

  test('is retryable when no server listens', async () => {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    expect((await failure(createMailer(`smtp://127.0.0.1:${port}`).send(MESSAGE))).code).toBe('UNREACHABLE');
  });

  test('is retryable when the server hangs up in the middle of the message', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220 here\r\n');
      socket.on('data', (data) => {
        const line = data.toString('latin1');
        if (line.startsWith('DATA')) socket.write('354 go on\r\n', () => socket.destroy());
        else socket.write('250 fine\r\n');
      });
    });
    const port = await listening(server);
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    const message = { ...MESSAGE, attachment: await attachment('a.csv', 'x'.repeat(3_000_000)) };
    expect((await failure(createMailer(`smtp://127.0.0.1:${port}`).send(message))).code).toBe('UNREACHABLE');
  });
});

test('a server that looks through a message for more than a minute is waited for, so that it gets the message once', async () => {
  const { received, mailer } = await mailbox({
    onData: (stream, _session, done) => {
      stream.resume().on('end', () => {
        received.push({ envelope: [], raw: Buffer.alloc(0) });
        setTimeout(done, 65_000);
      });
    },
  });
  await mailer.send(MESSAGE);
  expect(received).toHaveLength(1);
});

test('says which file is missing when the attachment is gone, and sends nothing', async () => {
  const { received, mailer } = await mailbox();
  const error = await failure(mailer.send({ ...MESSAGE, attachment: { fileName: 'a.csv', path: path.join(dir, 'gone.csv') } }));
  expect([error.code, received.length]).toEqual(['FILE_VANISHED', 0]);
});
