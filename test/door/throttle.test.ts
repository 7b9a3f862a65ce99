// What is held against an address and what slows an attempt down, by the clock that is passed in.

import { SlidingSum, Throttle, type Offence } from '../../src/door/throttle';

const MINUTE = 60_000;
const PLACE = '203.0.113.7';

/** After how many of these, a second apart, the address is banned. */
function untilBanned(offences: readonly Offence[]): number {
  const throttle = new Throttle();
  for (let n = 1; n <= 100; n++) {
    const offence = offences[(n - 1) % offences.length];
    if (offence !== undefined && throttle.note(PLACE, offence, n * 1000)) return n;
  }
  return Infinity;
}

test.each<[Offence[], number]>([
  [['wrong-password'], 15],
  [['unknown-account'], 8],
  // Ten within a minute are free.
  [['no-login'], 25],
  [['malformed'], 3],
  [['wrong-password', 'unknown-account'], 10],
])('%j: banned after %d', (offences, expected) => {
  expect(untilBanned(offences)).toBe(expected);
});

test('monitoring that connects ten times a minute and never logs in is never banned', () => {
  const throttle = new Throttle();
  for (let n = 0; n < 1000; n++) expect(throttle.note(PLACE, 'no-login', n * 6_000)).toBe(false);
  expect(throttle.pointsOf(PLACE, 6_000_000)).toBe(0);
});

test('what is older than half an hour no longer counts', () => {
  const throttle = new Throttle();
  for (let n = 0; n < 14; n++) throttle.note(PLACE, 'wrong-password', 0);
  expect(throttle.pointsOf(PLACE, 30 * MINUTE - 1)).toBe(14);
  expect(throttle.pointsOf(PLACE, 30 * MINUTE)).toBe(0);
  expect(throttle.note(PLACE, 'wrong-password', 30 * MINUTE)).toBe(false);
});

test('somebody who mistypes now and then is never banned', () => {
  const throttle = new Throttle();
  for (let n = 0; n < 1000; n++) expect(throttle.note(PLACE, 'wrong-password', n * 3 * MINUTE)).toBe(false);
});

test('addresses have nothing to do with each other, and a ban begins the account anew', () => {
  const throttle = new Throttle();
  for (let n = 0; n < 3; n++) throttle.note(PLACE, 'malformed', 0);
  expect(throttle.pointsOf(PLACE, 0)).toBe(0);
  expect(throttle.pointsOf('203.0.113.8', 0)).toBe(0);
  expect(throttle.note(PLACE, 'malformed', 1)).toBe(false);
});

const stranger = { userName: 'acme', place: PLACE, known: false };
const delaysOf = (throttle: Throttle, attempt: typeof stranger, count: number): number[] =>
  Array.from({ length: count }, () => {
    const delay = throttle.delayMs(attempt, 0);
    throttle.failed(attempt, 0);
    return delay;
  });

test('an attempt waits longer the more failed before, and never longer than five seconds', () => {
  expect(delaysOf(new Throttle(), stranger, 10)).toEqual([0, 0, 0, 0, 500, 1000, 2000, 4000, 5000, 5000]);
});

test('the delay ends with what caused it', () => {
  const throttle = new Throttle();
  delaysOf(throttle, stranger, 10);
  expect(throttle.delayMs(stranger, 30 * MINUTE)).toBe(0);
});

test('strangers share the patience of an account, from whichever address; places that it knows have their own', () => {
  const throttle = new Throttle();
  const home = { userName: 'acme', place: '198.51.100.1', known: true };
  for (let n = 0; n < 1000; n++) throttle.failed({ ...stranger, place: `203.0.113.${n % 256}` }, 0);
  expect(throttle.delayMs({ ...stranger, place: '192.0.2.1' }, 0)).toBe(5000);
  expect(throttle.delayMs(home, 0)).toBe(0);
  expect(throttle.delayMs({ ...stranger, userName: 'globex' }, 0)).toBe(0);
  delaysOf(throttle, home, 10);
  expect(throttle.delayMs(home, 0)).toBe(5000);
  expect(throttle.delayMs({ ...home, place: '198.51.100.2' }, 0)).toBe(0);
});

test('a login from a place that the account knows makes up for its failures; one from elsewhere does not for those of strangers', () => {
  const throttle = new Throttle();
  for (const attempt of [stranger, { ...stranger, known: true }]) {
    delaysOf(throttle, attempt, 5);
    throttle.succeeded(attempt);
  }
  expect(throttle.delayMs(stranger, 0)).toBe(1000);
  expect(throttle.delayMs({ ...stranger, known: true }, 0)).toBe(0);
});

test('whoever invents addresses makes us forget the oldest, not grow', () => {
  const sums = new SlidingSum(30 * MINUTE, 100);
  for (let n = 0; n < 10_000; n++) sums.add(`address ${n}`, 1, n);
  expect(sums.size).toBe(100);
  expect([sums.of('address 9999', 10_000), sums.of('address 9899', 10_000)]).toEqual([1, 0]);
});
