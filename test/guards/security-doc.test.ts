// SECURITY.md tells numbers: they are those of the code.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EncryptingCodec } from '../../src/adapters/temporal/payload-codec';
import { parsePayloadKeys } from '../../src/config/settings';
import { mongoArchive, temporalArchive } from '../../src/embedded/archives';
import { ENTRY_LIMITS, LIMITS } from '../../src/door/limits';
import { BAN_AT_POINTS, FREE_LOOKS, POINTS, SPAN_MS } from '../../src/door/throttle';

const page = readFileSync(path.join(__dirname, '../../SECURITY.md'), 'utf8');
const numberOf = (limit: string): string =>
  page
    .split('\n')
    .find((line) => line.startsWith(`| ${limit}`))
    ?.split(' | ')[1]
    ?.replace(/ \|$/, '') ?? '';

test('what is known by its hash, and how payloads are encrypted, is that of the code', async () => {
  expect(page).toContain('the Temporal CLI and mongod by\nSHA-256');
  for (const archive of [temporalArchive('linux-x64'), mongoArchive('linux-x64')]) expect(archive?.sha256).toHaveLength(64);
  for (const list of ['embedded-temporal/go.sum', 'embedded-mongo/jars.sha256'])
    expect(existsSync(path.join(__dirname, '../..', list))).toBe(true);
  const [cipher, bytes] = /encrypted with (\S+) under a key of (\d+) bytes/.exec(page)?.slice(1) ?? [];
  const keys = parsePayloadKeys(`a:${Buffer.alloc(Number(bytes)).toString('base64')}`);
  expect(keys).toHaveLength(1);
  const [sealed] = await new EncryptingCodec(keys!).encode([{ metadata: {}, data: Buffer.from('x') }]);
  expect(Buffer.from(sealed?.metadata?.['encryption-cipher'] ?? []).toString()).toBe(cipher);
});

test('the limits at the door are those of the code', () => {
  const { startupsPerAddress, startups, connectionsPerAddress, visitsPerAccount, connections } = ENTRY_LIMITS;
  expect(numberOf('time to log in')).toBe(`${ENTRY_LIMITS.loginGraceMs / 1000} s`);
  expect(numberOf(`time to begin to speak (${ENTRY_LIMITS.silenceBytes} bytes)`)).toBe(`${ENTRY_LIMITS.silenceMs / 1000} s`);
  expect(numberOf('of these, kept for addresses that have logged in before')).toBe(String(ENTRY_LIMITS.startupsForKnown));
  expect(numberOf('from so many of them on')).toBe(String(ENTRY_LIMITS.startupsEarly));
  expect(numberOf('failed log-ins of a connection')).toBe(String(ENTRY_LIMITS.failuresPerConnection));
  expect(numberOf('bytes of an SSH connection before its log-in')).toBe(`${ENTRY_LIMITS.loginBytes / 1024} KiB`);
  expect(numberOf('connections that have not logged in')).toBe(`${startupsPerAddress} / ${startups}`);
  expect(numberOf('connections of one address')).toBe(`${connectionsPerAddress} / ${visitsPerAccount} / ${connections}`);
  expect(numberOf('connections of one client, with all its accounts')).toBe(String(ENTRY_LIMITS.visitsPerClient));
  expect(numberOf(`points at which an address is banned, within ${SPAN_MS / 60_000} min`)).toBe(String(BAN_AT_POINTS));
  expect(numberOf('points: wrong password / unknown account / no log-in / another language')).toBe(
    [POINTS['wrong-password'], POINTS['unknown-account'], POINTS['no-login'], POINTS.malformed].join(' / '),
  );
  expect(numberOf('connections without a log-in that cost nothing')).toBe(String(FREE_LOOKS));
  expect(numberOf('FTPS: until a data connection comes, and again until it is in TLS')).toBe(`${LIMITS.dataOpensMs / 1000} s`);
  expect(numberOf('FTPS: a data connection on which nothing moves')).toBe(`${LIMITS.dataStallsMs / 60_000} min`);
  for (const limit of ['a connection without a request', 'FTPS: answers that are not taken'])
    expect(numberOf(limit)).toBe(`${LIMITS.idleMs / 60_000} min`);
});
