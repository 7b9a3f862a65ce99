// SECURITY.md tells numbers: they are those of the code.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ENTRY_LIMITS } from '../../src/door/entry-limits';
import { BAN_AT_POINTS, FREE_LOOKS, POINTS, SPAN_MS } from '../../src/door/throttle';

const page = readFileSync(path.join(__dirname, '../../SECURITY.md'), 'utf8');
const numberOf = (limit: string): string =>
  page
    .split('\n')
    .find((line) => line.startsWith(`| ${limit}`))
    ?.split(' | ')[1]
    ?.replace(/ \|$/, '') ?? '';

test('the limits at the door are those of the code', () => {
  const { startupsPerAddress, startups, connectionsPerAddress, visitsPerAccount, connections } = ENTRY_LIMITS;
  expect(numberOf('time to log in')).toBe(`${ENTRY_LIMITS.loginGraceMs / 1000} s`);
  expect(numberOf(`time to begin to speak (${ENTRY_LIMITS.silenceBytes} bytes)`)).toBe(`${ENTRY_LIMITS.silenceMs / 1000} s`);
  expect(numberOf('of these, kept for addresses that have logged in before')).toBe(String(ENTRY_LIMITS.startupsForKnown));
  expect(numberOf('from so many of them on')).toBe(String(ENTRY_LIMITS.startupsEarly));
  expect(numberOf('failed log-ins of a connection')).toBe(String(ENTRY_LIMITS.failuresPerConnection));
  expect(numberOf('connections that have not logged in')).toBe(`${startupsPerAddress} / ${startups}`);
  expect(numberOf('connections of one address')).toBe(`${connectionsPerAddress} / ${visitsPerAccount} / ${connections}`);
  expect(numberOf(`points at which an address is banned, within ${SPAN_MS / 60_000} min`)).toBe(String(BAN_AT_POINTS));
  expect(numberOf('points: wrong password / unknown account / no log-in / another language')).toBe(
    [POINTS['wrong-password'], POINTS['unknown-account'], POINTS['no-login'], POINTS.malformed].join(' / '),
  );
  expect(numberOf('connections without a log-in that cost nothing')).toBe(String(FREE_LOOKS));
});
