// What a peer gets that does not play by the rules: before TLS, beside TLS, and with ports and addresses of others.

import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { itHaving, run } from '../sftp/support/run';
import { until } from '../sftp/support/until';
import { PASSWORD } from '../sftp/support/front-door-fixture';
import { curl } from './support/clients';
import { FtpPeer } from './support/ftp-peer';
import { openFtpsFixture, type FtpsFixture } from './support/ftps-fixture';

let fixture: FtpsFixture;
beforeAll(async () => {
  fixture = await openFtpsFixture();
  // The first login makes the folder.
  (await FtpPeer.logIn(fixture)).end();
});
afterAll(() => fixture.stop());
beforeEach(() => void fixture.lines.splice(0));

const ends = (code: number) => expect.stringMatching(new RegExp(`^${code} `)) as string;

describe('in the clear', () => {
  it('nobody logs in: USER and PASS are answered with what to do instead', async () => {
    const peer = await FtpPeer.connect(fixture);
    expect(await peer.ask('USER acme')).toBe(
      '530 This server speaks FTP over TLS only: send AUTH TLS first (in your program: "require explicit FTP over TLS")',
    );
    expect(await peer.code(`PASS ${PASSWORD}`)).toBe(530);
    expect(await peer.code('LIST')).toBe(530);
    expect(await peer.code('PBSZ 0')).toBe(503);
    expect(fixture.lines.filter(({ message }) => message.startsWith('Login'))).toEqual([]);
    peer.end();
  });

  itHaving('curl-ftps')('curl without TLS is refused', async () => {
    const { ftps } = fixture;
    expect(await run('curl', ['-sS', '--user', `acme:${PASSWORD}`, `ftp://${ftps.host}:${ftps.port}/`])).toMatchObject({ code: 67 });
  });

  it('AUTH SSL is refused, so that a client goes on to AUTH TLS', async () => {
    const peer = await FtpPeer.connect(fixture);
    expect(await peer.code('AUTH SSL')).toBe(504);
    await peer.secure();
    expect(await peer.code('AUTH TLS')).toBe(503);
    peer.end();
  });

  it.each(['glued to AUTH TLS', 'sent behind it'])('a command %s is never run', async (how) => {
    writeFileSync(fixture.published('users.csv'), 'a');
    const peer = await FtpPeer.connect(fixture);
    const injected = `CLNT injected\r\nUSER acme\r\nPASS ${PASSWORD}\r\nDELE users.csv\r\n`;
    if (how === 'glued to AUTH TLS') {
      await peer.secure(injected);
      // The next reply is the reply to the next command: nothing of what was injected is answered.
      expect(await peer.ask('NOOP')).toBe('200 OK');
      expect(await peer.code(`PASS ${PASSWORD}`)).toBe(503);
    } else {
      expect(await peer.code('AUTH TLS')).toBe(234);
      peer.say(injected);
      await peer.over();
    }
    expect(existsSync(fixture.published('users.csv'))).toBe(true);
    expect(fixture.lines.filter(({ message }) => message.startsWith('Login'))).toEqual([]);
    peer.end();
  });

  itHaving('curl-ftps')('TLS 1.1 is refused', async () => {
    const { ftps } = fixture;
    const tls = ['--tlsv1.0', '--tls-max', '1.1', '--ciphers', 'DEFAULT@SECLEVEL=0'];
    const ran = await run('curl', ['-sS', '--ssl-reqd', '--insecure', ...tls, `ftp://${ftps.host}:${ftps.port}/`]);
    expect(ran).toMatchObject({ code: 35 });
    expect(await curl(fixture, ['--tlsv1.2', '--tls-max', '1.2'])).toMatchObject({ code: 0 });
  });

  itHaving('curl-ftps')('TLS 1.2 with CBC, SHA-1 or a key exchange without forward secrecy is refused, and with AEAD is not', async () => {
    const tls12 = (cipher: string) => curl(fixture, ['--tlsv1.2', '--tls-max', '1.2', '--ciphers', `${cipher}:@SECLEVEL=0`]);
    for (const old of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'ECDHE+SHA256', 'kRSA'])
      expect([old, await tls12(old)]).toMatchObject([old, { code: 35 }]);
    for (const good of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-CHACHA20-POLY1305'])
      expect([good, await tls12(good)]).toMatchObject([good, { code: 0 }]);
  });

  it('nobody renegotiates, before the login or after it', async () => {
    for (const isIn of [false, true]) {
      const peer = await FtpPeer.connect(fixture);
      await peer.secure('', 'TLSv1.2');
      if (isIn) for (const line of ['USER acme', `PASS ${PASSWORD}`]) await peer.ask(line);
      const tls = peer.socket as TLSSocket;
      const over = peer.over().then(() => 'refused');
      const answer = new Promise((resolve) =>
        tls.renegotiate({ rejectUnauthorized: false }, (error) => resolve(error === null ? 'done' : 'refused')),
      );
      expect(await Promise.race([answer, over])).toBe('refused');
      peer.end();
    }
  });
});

it('whoever does not speak FTP at all is sent away, and it counts against the address', async () => {
  const note = jest.spyOn(fixture.frontDoor.doorkeeper, 'note').mockImplementation(() => undefined);
  const peer = await FtpPeer.connect(fixture);
  expect(await peer.ask(Buffer.from([0x80, 0x2e, 0x01, 0x00, 0x02, 0x0a]))).toEqual(ends(421));
  await peer.over();
  expect(note).toHaveBeenCalledWith(expect.objectContaining({ address: '127.0.0.1' }), 'malformed');
  note.mockRestore();
});

itHaving('curl-ftps')('a program that is set to implicit TLS is told so at once, and it is no offence', async () => {
  const note = jest.spyOn(fixture.frontDoor.doorkeeper, 'note');
  const { ftps } = fixture;
  const tellings = () => fixture.lines.filter(({ message }) => message.includes('implicit TLS'));
  expect(await run('curl', ['-sS', '--insecure', `ftps://${ftps.host}:${ftps.port}/`])).toMatchObject({ code: 35 });
  await until('the log tells', () => tellings().length === 1);
  // No end of a line in it.
  const peer = await FtpPeer.connect(fixture);
  expect(await peer.ask(Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]))).toBe('421 This is explicit TLS (AUTH TLS) only. Goodbye');
  await peer.over();
  expect(tellings().map(({ fields }) => fields)).toEqual([{ ip: '127.0.0.1' }, { ip: '127.0.0.1' }]);
  expect(note).not.toHaveBeenCalled();
  note.mockRestore();
});

it('a password that is not in UTF-8 is told so, is no offence, and can be sent again', async () => {
  const note = jest.spyOn(fixture.frontDoor.doorkeeper, 'note');
  const peer = await FtpPeer.connect(fixture);
  await peer.secure();
  await peer.ask('USER acme');
  expect(await peer.ask(Buffer.from('PASS gr\u00fcn\r\n', 'latin1'))).toBe(
    '501 Names and passwords are in UTF-8, without control characters',
  );
  expect(note).not.toHaveBeenCalled();
  expect(await peer.code(`PASS ${PASSWORD}`)).toBe(230);
  note.mockRestore();
  peer.end();
});

it('whoever may not be in any more is sent away', async () => {
  const begin = jest.spyOn(fixture.frontDoor.visits, 'begin');
  const peer = await FtpPeer.logIn(fixture);
  begin.mock.lastCall?.[0].hangUp?.();
  expect(await peer.reply()).toEqual(ends(421));
  await peer.over();
  begin.mockRestore();
});

describe('in TLS', () => {
  let peer: FtpPeer;
  beforeEach(async () => void (peer = await FtpPeer.logIn(fixture)));
  afterEach(() => peer.end());

  it('goes not back: PROT C, S and E, and CCC are refused', async () => {
    expect(await peer.code('PROT C')).toBe(536);
    expect(await peer.code('PROT S')).toBe(536);
    expect(await peer.code('PROT X')).toBe(504);
    expect(await peer.code('CCC')).toBe(533);
    expect(await peer.put('STOR still.csv', 'a')).toEqual(ends(226));
  });

  it('moves nothing before PROT P', async () => {
    const other = await FtpPeer.connect(fixture);
    await other.secure();
    expect(await other.code('PROT P')).toBe(503);
    await other.ask('USER acme');
    expect(await other.code(`PASS ${PASSWORD}`)).toBe(230);
    await other.ask('EPSV');
    for (const command of ['LIST', 'NLST', 'MLSD', 'RETR still.csv', 'STOR x.csv', 'APPE x.csv'])
      expect(await other.code(command)).toBe(521);
    other.end();
  });

  it('connects to nobody', async () => {
    const sentence = '502 This server does not connect to clients: switch your program to passive mode';
    for (const command of ['PORT 127,0,0,1,4,1', 'EPRT |1|127.0.0.1|1025|']) expect(await peer.ask(command)).toBe(sentence);
  });

  it.each([
    ['SITE CHMOD 777 users.csv', 502],
    ['HOST example.org', 502],
    ['STOU', 502],
    ['REIN', 502],
    ['XYZZ', 500],
    ['', 500],
    ['LONGVERB x', 500],
    ['USER globex', 530],
    ['STRU R', 504],
    ['MODE Z', 504],
    ['TYPE E', 504],
    ['REST x', 501],
    ['REST 99999999999999999', 501],
    ['MFMT yesterday users.csv', 501],
    ['CWD /nowhere', 550],
    ['RNTO b.csv', 503],
    ['STOR users.csv', 425],
  ])('answers %j with %i and goes on', async (command, code) => {
    expect(await peer.code(command)).toBe(code);
    expect(await peer.code('NOOP')).toBe(200);
  });

  it('reads no command from a line with a control character, bytes that are no UTF-8, or more than 4096 of them', async () => {
    expect(await peer.code('NOOP\rDELE users.csv')).toBe(501);
    expect(await peer.code(Buffer.from([0x4e, 0xc3, 0x28, 0x0d, 0x0a]))).toBe(501);
    expect(await peer.code(`STOR ${'a'.repeat(5000)}`)).toBe(500);
    expect(await peer.code('NOOP')).toBe(200);
  });

  it('leaves the folder by no path', async () => {
    for (const path of ['../../../../etc/passwd', '/../etc/passwd', '..\\..']) expect(await peer.code(`SIZE ${path}`)).toBe(550);
    expect(await peer.ask('CWD ..')).toContain('"/"');
  });

  it('sends a peer away that asks faster than it can be answered, and stays there for the others', async () => {
    peer.say('SIZE users.csv\r\n'.repeat(2000));
    await peer.over();
    const other = await FtpPeer.logIn(fixture);
    expect(await other.code('NOOP')).toBe(200);
    other.end();
  });
});

describe('data connections', () => {
  let peer: FtpPeer;
  beforeEach(async () => void (peer = await FtpPeer.logIn(fixture)));
  afterEach(() => peer.end());

  it('are not taken from another address, and that of the client still is', async () => {
    const port = await peer.port();
    const foreign = connect({ host: fixture.ftps.host, port, localAddress: '127.0.0.2' });
    foreign.on('error', () => undefined);
    await once(foreign, 'close');
    expect(fixture.lines).toContainEqual({
      level: 'warn',
      message: 'A data connection from another address is refused',
      fields: { ip: '127.0.0.1', from: '127.0.0.2' },
    });
    const mine = connect({ host: fixture.ftps.host, port });
    await once(mine, 'connect');
    expect(await peer.code('STOR users.csv')).toBe(150);
    mine.destroy();
    expect(await peer.reply()).toEqual(ends(425));
  });

  it('are taken once: the port is closed then', async () => {
    const port = await peer.port();
    const first = connect({ host: fixture.ftps.host, port });
    await once(first, 'connect');
    for (let isOpen = true; isOpen;) {
      const second = connect({ host: fixture.ftps.host, port });
      isOpen = await once(second, 'connect').then(
        () => true,
        () => false,
      );
      second.destroy();
    }
    first.destroy();
  });

  it('are closed with the command that did not use them, the next PASV, and the end of the session', async () => {
    const hangsUp = async (act: () => Promise<unknown>): Promise<void> => {
      const socket = connect({ host: fixture.ftps.host, port: await peer.port() });
      socket.on('error', () => undefined).resume();
      await once(socket, 'connect');
      const closed = once(socket, 'close');
      await act();
      await closed;
    };
    await hangsUp(() => peer.ask('RETR missing.csv'));
    await hangsUp(() => peer.ask('EPSV'));
    await hangsUp(() => peer.ask('ABOR'));
    await hangsUp(async () => peer.end());
  });

  it('that are not in TLS carry nothing', async () => {
    const socket = connect({ host: fixture.ftps.host, port: await peer.port() });
    await once(socket, 'connect');
    await peer.ask('STOR plain.csv');
    socket.end('a,b\r\n1,2\r\n');
    expect(await peer.reply()).toEqual(ends(425));
    expect(existsSync(fixture.published('plain.csv'))).toBe(false);
  });

  it('whose TLS fails before a file is named are told so', async () => {
    const socket = connect({ host: fixture.ftps.host, port: await peer.port() });
    socket.on('error', () => undefined).resume();
    const over = once(socket, 'close');
    socket.write('a,b\r\n1,2\r\n');
    await over;
    expect(await peer.code('STOR early.csv')).toBe(150);
    expect(await peer.reply()).toBe('425 The data connection did not become TLS');
    expect(existsSync(fixture.published('early.csv'))).toBe(false);
  });

  it('go round: a client that keeps every port waiting gives its oldest one to a client that has none', async () => {
    const other = await openFtpsFixture({ passivePorts: { from: 50_880, to: 50_882 } });
    const greedy: FtpPeer[] = [];
    for (let n = 0; n < 3; n++) {
      greedy.push(await FtpPeer.logIn(other));
      await greedy[n]?.port();
    }
    const late = await FtpPeer.logIn(other);
    expect(await late.ask('EPSV')).toBe('425 No port is free, try again later');
    const globex = await FtpPeer.logIn(other, 'globex');
    expect(await globex.put('STOR fair.csv', 'a')).toEqual(ends(226));
    // The port that was given up carries nothing, and the next one does.
    expect(await greedy[0]?.code('STOR gone.csv')).toBe(150);
    expect(await greedy[0]?.reply()).toEqual(ends(425));
    expect(await greedy[0]?.ask('EPSV')).toEqual(ends(229));
    for (const each of [...greedy, late, globex]) each.end();
    await other.stop();
  });

  it('PASV names the address that the settings give', async () => {
    const other = await openFtpsFixture({ publicAddress: '203.0.113.10', passivePorts: { from: 50_900, to: 50_999 } });
    const inside = await FtpPeer.logIn(other);
    const [, port = ''] = /^227 [^(]*\(203,0,113,10,(\d+,\d+)\)$/.exec(await inside.ask('PASV')) ?? [];
    const [high = 0, low = 0] = port.split(',').map(Number);
    expect(high * 256 + low).toBeGreaterThanOrEqual(50_900);
    expect(high * 256 + low).toBeLessThanOrEqual(50_999);
    expect(await inside.ask('EPSV 2')).toEqual(ends(522));
    inside.end();
    await other.stop();
  });
});

it('a wrong password is told as little as an unknown account, counted, logged without what was typed, and ends in being sent away', async () => {
  const peer = await FtpPeer.connect(fixture);
  await peer.secure();
  const answers: string[] = [];
  for (const user of ['acme', 'nobody', 'acme', 'nobody', 'acme']) {
    await peer.ask(`USER ${user}`);
    answers.push(await peer.ask('PASS geheim'));
  }
  expect(new Set(answers)).toEqual(new Set(['530 User name or password is wrong']));
  await peer.ask('USER acme');
  expect(await peer.ask('PASS geheim')).toEqual(ends(421));
  await peer.over();
  const refused = fixture.lines.filter(({ message }) => message === 'Login refused');
  expect(refused).toHaveLength(6);
  expect(refused[1]?.fields).toMatchObject({ account: null, result: 'unknown-account', protocol: 'ftps', ip: '127.0.0.1' });
  expect(JSON.stringify(fixture.lines)).not.toContain('geheim');
  expect(readdirSync(fixture.staging())).toEqual([]);
});
