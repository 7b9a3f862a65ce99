// What real programs do over FTPS, each in its own way.

import { Client } from 'basic-ftp';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { PASSWORD } from '../sftp/support/front-door-fixture';
import { having, itHaving } from '../sftp/support/run';
import { curl, ftplib, lftp } from './support/clients';
import { FtpPeer } from './support/ftp-peer';
import { openFtpsFixture, type FtpsFixture } from './support/ftps-fixture';

const TEXT = 'unique_id,active\r\n000123,1\r\n';
const PUT_AT = new Date('2026-03-04T05:06:07Z');

let fixture: FtpsFixture;
let local: string;
beforeAll(async () => {
  fixture = await openFtpsFixture();
  local = join(fixture.dataDir, 'local.csv');
  writeFileSync(local, TEXT);
  (await FtpPeer.logIn(fixture)).end();
});
afterAll(() => fixture.stop());

const inFolder = (): string[] => readdirSync(fixture.published('.'));
const read = (name: string): string => readFileSync(fixture.published(name), 'utf8');
const GOOD = { code: 0, stderr: '' };

/** As a broken-off upload leaves it. */
async function leavePartial(name: string, bytes: number): Promise<void> {
  const peer = await FtpPeer.logIn(fixture);
  const { tls, socket } = await peer.data(`STOR ${name}`);
  tls.write(TEXT.slice(0, bytes));
  const other = await FtpPeer.logIn(fixture);
  while ((await other.ask(`SIZE ${name}`)) !== `213 ${bytes}`);
  socket.end();
  peer.end();
  other.end();
}

having('curl-ftps')('curl', () => {
  it('puts, lists, gets, renames, deletes', async () => {
    expect(await curl(fixture, ['-T', local], '/curl.csv')).toMatchObject(GOOD);
    expect(read('curl.csv')).toBe(TEXT);
    expect((await curl(fixture, ['-l'])).stdout).toContain('curl.csv');
    expect((await curl(fixture, [])).stdout).toMatch(/^-rw-r----- +1 1000 +1000 +28 \w{3} [ \d]\d \d\d:\d\d curl\.csv$/m);
    expect(await curl(fixture, [], '/curl.csv')).toMatchObject({ ...GOOD, stdout: TEXT });
    expect(await curl(fixture, ['-r', '7-'], '/curl.csv')).toMatchObject({ ...GOOD, stdout: TEXT.slice(7) });
    expect(await curl(fixture, ['-Q', 'RNFR curl.csv', '-Q', 'RNTO renamed.csv', '-l'])).toMatchObject(GOOD);
    expect(await curl(fixture, ['-Q', 'DELE renamed.csv', '-l'])).toMatchObject(GOOD);
    expect(inFolder()).not.toContain('renamed.csv');
  });

  it('resumes a broken-off upload', async () => {
    await leavePartial('resumed.csv', 10);
    expect(existsSync(fixture.published('resumed.csv'))).toBe(false);
    expect(await curl(fixture, ['-C', '-', '-T', local], '/resumed.csv')).toMatchObject(GOOD);
    expect(read('resumed.csv')).toBe(TEXT);
  });

  it('appends', async () => {
    expect(await curl(fixture, ['-T', local], '/appended.csv')).toMatchObject(GOOD);
    expect(await curl(fixture, ['-a', '-T', local], '/appended.csv')).toMatchObject(GOOD);
    expect(read('appended.csv')).toBe(TEXT + TEXT);
  });

  it('puts through PASV and TLS 1.2 as well, makes no folder, and puts an empty file', async () => {
    expect(await curl(fixture, ['--disable-epsv', '--tls-max', '1.2', '-T', local], '/passive.csv')).toMatchObject(GOOD);
    expect(read('passive.csv')).toBe(TEXT);
    expect((await curl(fixture, ['--ftp-create-dirs', '-T', local], '/new/users.csv')).code).not.toBe(0);
    writeFileSync(join(fixture.dataDir, 'empty.csv'), '');
    expect(await curl(fixture, ['-T', join(fixture.dataDir, 'empty.csv')], '/empty.csv')).toMatchObject(GOOD);
    expect(read('empty.csv')).toBe('');
  });
});

having('lftp')('lftp', () => {
  it('puts with the time of the file, lists, gets, renames, deletes', async () => {
    const commands = `put ${local} -o lftp.csv; cls -l; get lftp.csv -o ${local}.back; mv lftp.csv moved.csv; nlist`;
    const ran = await lftp(fixture, commands);
    expect(ran).toMatchObject(GOOD);
    expect(ran.stdout).toContain('moved.csv');
    expect(readFileSync(`${local}.back`, 'utf8')).toBe(TEXT);
    expect(Math.floor(statSync(fixture.published('moved.csv')).mtimeMs / 1000)).toBe(Math.floor(statSync(local).mtimeMs / 1000));
    expect(await lftp(fixture, 'rm moved.csv')).toMatchObject(GOOD);
    expect(inFolder()).not.toContain('moved.csv');
  });

  it('resumes a broken-off upload', async () => {
    await leavePartial('lftp-resumed.csv', 12);
    expect(await lftp(fixture, `put -c ${local} -o lftp-resumed.csv`)).toMatchObject(GOOD);
    expect(read('lftp-resumed.csv')).toBe(TEXT);
  });

  it('mirrors a folder', async () => {
    const folder = join(fixture.dataDir, 'mirrored');
    mkdirSync(folder);
    for (const name of ['m1.csv', 'm 2.csv', 'mé.csv']) writeFileSync(join(folder, name), name);
    expect(await lftp(fixture, `mirror -R ${folder} /`)).toMatchObject({ code: 0 });
    expect(inFolder()).toEqual(expect.arrayContaining(['m1.csv', 'm 2.csv', 'mé.csv']));
  });
});

describe('basic-ftp', () => {
  async function session<T>(use: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client(20_000);
    const { host, port } = fixture.ftps;
    try {
      await client.access({ host, port, user: 'acme', password: PASSWORD, secure: true, secureOptions: { rejectUnauthorized: false } });
      return await use(client);
    } finally {
      client.close();
    }
  }

  it('puts, lists, gets, resumes, renames, deletes, tells size and time', async () => {
    await leavePartial('basic.csv', 8);
    await session(async (client) => {
      expect(await client.size('basic.csv')).toBe(8);
      await client.appendFrom(Readable.from([TEXT.slice(8)]), 'basic.csv');
      expect(read('basic.csv')).toBe(TEXT);
      expect((await client.list()).find(({ name }) => name === 'basic.csv')).toMatchObject({ size: TEXT.length, isFile: true });
      const parts: Buffer[] = [];
      const into = new Writable({ write: (part: Buffer, _encoding, done) => done(void parts.push(part)) });
      await client.downloadTo(into, 'basic.csv', 4);
      expect(Buffer.concat(parts).toString()).toBe(TEXT.slice(4));
      expect(Math.abs((await client.lastMod('basic.csv')).getTime() - Date.now())).toBeLessThan(600_000);
      await client.rename('basic.csv', 'basic2.csv');
      await client.remove('basic2.csv');
      expect(await client.pwd()).toBe('/');
      await expect(client.cd('nowhere')).rejects.toThrow('No such file');
    });
  });

  it('puts a small file in each of fifty sessions, one after the other', async () => {
    for (let n = 0; n < 50; n++) await session((client) => client.uploadFrom(Readable.from([TEXT]), `basic-${n}.csv`));
    for (let n = 0; n < 50; n++) expect(read(`basic-${n}.csv`)).toBe(TEXT);
  });
});

having('python3')("python's ftplib", () => {
  it('puts, gets, lists, resumes, sets the time, deletes', async () => {
    await leavePartial('python.csv', 6);
    const ran = await ftplib(
      fixture,
      `
assert ftp.size("python.csv") == 6 or ftp.voidcmd("TYPE I") and ftp.size("python.csv") == 6
ftp.storbinary("STOR python.csv", io.BytesIO(${JSON.stringify(TEXT.slice(6))}.encode()), rest=6)
got = io.BytesIO()
ftp.retrbinary("RETR python.csv", got.write)
print(got.getvalue().decode() == ${JSON.stringify(TEXT)})
print(ftp.sendcmd("MFMT 20260304050607 python.csv"))
print([(name, facts["size"], facts["modify"], facts["type"]) for name, facts in ftp.mlsd() if name == "python.csv"])
ftp.storlines("STOR text.csv", io.BytesIO(b"a,b\\n1,2\\n"))
ftp.rename("text.csv", "text2.csv")
print("text2.csv" in ftp.nlst())
ftp.delete("text2.csv")
try:
    ftp.mkd("sub")
except ftplib.error_perm as error:
    print(error)
ftp.quit()`,
    );
    expect(ran).toEqual({
      code: 0,
      stderr: '',
      stdout: [
        'True',
        '213 Modify=20260304050607; python.csv',
        "[('python.csv', '28', '20260304050607', 'file')]",
        'True',
        '550 Folders are not supported here: upload files into the top folder',
        '',
      ].join('\n'),
    });
    expect(read('python.csv')).toBe(TEXT);
    expect(statSync(fixture.published('python.csv')).mtime).toEqual(PUT_AT);
  });
});

itHaving(
  'curl-ftps',
  'lftp',
  'python3',
)('fifty sessions each of curl, lftp and ftplib put a small file, one after the other', async () => {
  const serially = async (put: (n: number) => Promise<unknown>): Promise<void> => {
    for (let n = 0; n < 50; n++) await put(n);
  };
  await Promise.all([
    serially((n) => curl(fixture, ['-T', local], `/curl-${n}.csv`).then((ran) => expect(ran).toMatchObject(GOOD))),
    serially((n) => lftp(fixture, `put ${local} -o lftp-${n}.csv`).then((ran) => expect(ran).toMatchObject(GOOD))),
    ftplib(
      fixture,
      `
for n in range(50):
    ftp = connect()
    ftp.storbinary(f"STOR python-{n}.csv", open("${local}", "rb"))
    ftp.quit()`,
    ).then((ran) => expect(ran).toMatchObject(GOOD)),
  ]);
  for (const program of ['curl', 'lftp', 'python']) for (let n = 0; n < 50; n++) expect(read(`${program}-${n}.csv`)).toBe(TEXT);
});

it('all of them said that they had sent everything: nothing was taken on trust', () => {
  expect(fixture.lines.filter(({ message }) => message.includes('close_notify'))).toEqual([]);
});

describe.each(['TLSv1_2', 'TLSv1_3'])('a program that only sends, under %s', (version) => {
  const uploads = Number(process.env['UNREAD_UPLOADS'] ?? 5);

  /** As Perl's Net::FTP does: nothing is read from the data connection, close_notify is sent and not waited for. */
  itHaving('python3').each(['says close_notify and closes', 'closes without a word'])(
    '%s: every upload arrives whole',
    async (how) => {
      const ran = await ftplib(
        fixture,
        `
context.minimum_version = context.maximum_version = ssl.TLSVersion.${version}
ftp = connect()
ftp.voidcmd("TYPE I")
text = b"x" * 20_000_000
for n in range(${uploads}):
    data = ftp.transfercmd("STOR unread.csv")
    data.sendall(text)
    data.setblocking(False)
    try:
        ${how === 'closes without a word' ? 'pass' : 'data.unwrap()'}
    except ssl.SSLWantReadError:
        pass
    data.close()
    print(ftp.voidresp()[:3], ftp.size("unread.csv"))
ftp.quit()`,
      );
      expect(ran).toMatchObject({ code: 0, stdout: '226 20000000\n'.repeat(uploads) });
    },
    60_000 + uploads * 10_000,
  );
});
