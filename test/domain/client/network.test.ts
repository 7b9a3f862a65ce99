import { array, assert, integer, pre, property } from 'fast-check';
import { isWithin, parseNetwork, placeOf } from '../../../src/domain/client/network';

test.each([
  ['203.0.113.7', ['203.0.113.7'], true],
  ['203.0.113.7', ['203.0.113.8'], false],
  ['203.0.113.7', ['203.0.113.0/24'], true],
  ['203.0.114.7', ['203.0.113.0/24'], false],
  ['203.0.113.7', ['203.0.113.99/24'], true],
  ['203.0.113.7', ['0.0.0.0/0'], true],
  ['203.0.113.7', ['::/0'], false],
  ['::ffff:203.0.113.7', ['203.0.113.0/24'], true],
  ['203.0.113.7', ['::ffff:203.0.113.0/120'], true],
  ['2001:db8::5', ['2001:db8::/32'], true],
  ['2001:db9::5', ['2001:db8::/32'], false],
  ['2001:DB8:0:0:0:0:0:5', ['2001:db8::5'], true],
  ['fe80::1%eth0', ['fe80::/10'], true],
  ['10.0.0.1', ['192.0.2.0/24', '10.0.0.0/8'], true],
  ['10.0.0.1', [], false],
  ['not an address', ['0.0.0.0/0'], false],
  // Of a network, a part is enough.
  ['2001:db8:1:2::/64', ['2001:db8:1:2::7'], true],
])('%s is within %j: %s', (address, networks, expected) => {
  expect(isWithin(address, networks)).toBe(expected);
});

test.each([
  '',
  '1.2.3',
  '1.2.3.256',
  '1.2.3.04',
  '1.2.3.4/33',
  '1.2.3.4/',
  '1:2',
  '::1::',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8:9',
  '::/129',
  'example.org',
  '1.2.3.4 ',
])('%j is no network', (text) => {
  expect(parseNetwork(text)).toBeUndefined();
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::/64', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8::/64'],
  ['::1', '0::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
])('behind %s stands %s', (address, place) => {
  expect(placeOf(address)).toBe(place);
});

test('an address, however it is written, is within every network made of its first bits, and a neighbour is not', () => {
  const groups = array(integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 });
  assert(
    property(groups, integer({ min: 1, max: 128 }), (numbers, prefix) => {
      pre(numbers[0] !== 0);
      const text = (of: readonly number[]): string => of.map((group) => group.toString(16)).join(':');
      const address = text(numbers);
      expect(isWithin(address, [`${address}/${prefix}`])).toBe(true);
      expect(isWithin(placeOf(address), [`${address}/${Math.min(prefix, 64)}`])).toBe(true);
      const bit = prefix - 1;
      const neighbour = numbers.map((group, i) => (i === Math.floor(bit / 16) ? group ^ (0x8000 >> (bit % 16)) : group));
      expect(isWithin(text(neighbour), [`${address}/${prefix}`])).toBe(false);
    }),
  );
});
