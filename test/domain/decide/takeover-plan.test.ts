import * as fc from 'fast-check';
import { fingerprint } from '../../../src/domain/file/fingerprint';
import type { UserId } from '../../../src/domain/ids';
import { TakeoverPlan, type Takeover } from '../../../src/domain/decide/takeover-plan';

const user = (name: string) => `acme/${name}` as UserId;
/** Values are user names unless their name says otherwise. */
const keyOf = (value: string) => (value.startsWith('email:') ? value : `userName:${value}`);
const takeover = (name: string, wants: Record<string, string | null>, givesUp: string[] = []): Takeover => ({
  userId: user(name),
  wants: Object.entries(wants).map(([value, holder]) => ({ key: keyOf(value), holder: holder === null ? null : user(holder) })),
  givesUp: givesUp.map(keyOf),
});

/** By name: who can be written, in order; what stays with its holder; what is released for whom. */
function settle(takeovers: readonly Takeover[], isFree?: (print: bigint) => boolean) {
  const plan = new TakeoverPlan();
  for (const one of takeovers) plan.add(one);
  plan.settle(isFree);
  const name = (at: number) => takeovers[at]!.userId.slice('acme/'.length);
  const order = [...plan.givenInOrder()];
  const lost = takeovers.flatMap((_, at) => (plan.lostBy(at).length === 0 ? [] : [[name(at), plan.lostBy(at)] as const]));
  const releases = order.flatMap((at) => (plan.releasesFor(at).length === 0 ? [] : [[name(at), plan.releasesFor(at)] as const]));
  return { plan, possible: order.map(name), kept: Object.fromEntries(lost), releases: Object.fromEntries(releases) };
}

describe('settling records that want a value somebody holds', () => {
  const cases: { title: string; takeovers: Takeover[]; possible: string[]; kept: Record<string, string[]> }[] = [
    { title: 'lets a record take what is free', takeovers: [takeover('a', { x: null })], possible: ['a'], kept: {} },
    {
      title: 'leaves a value with a holder whom the file does not mention',
      takeovers: [takeover('a', { x: 'z' })],
      possible: [],
      kept: { a: ['userName'] },
    },
    {
      title: 'leaves a value with a holder whose record keeps it',
      takeovers: [takeover('a', { x: 'b' }), takeover('b', { y: null })],
      possible: ['b'],
      kept: { a: ['userName'] },
    },
    {
      title: 'lets two users swap',
      takeovers: [takeover('a', { y: 'b' }, ['x']), takeover('b', { x: 'a' }, ['y'])],
      possible: ['a', 'b'],
      kept: {},
    },
    {
      title: 'lets a chain move up, whatever the order of lines',
      takeovers: [takeover('a', { y: 'b' }, ['x']), takeover('b', { z: 'c' }, ['y']), takeover('c', { free: null }, ['z'])],
      possible: ['a', 'b', 'c'],
      kept: {},
    },
    {
      title: 'stops a whole chain whose last link cannot move',
      takeovers: [takeover('a', { y: 'b' }, ['x']), takeover('b', { z: 'c' }, ['y']), takeover('c', { taken: 'stranger' }, ['z'])],
      possible: [],
      kept: { a: ['userName'], b: ['userName'], c: ['userName'] },
    },
    {
      title: 'names only the values that stay with their holders',
      takeovers: [takeover('a', { free: null, 'email:x': 'z', y: 'b' }, []), takeover('b', { other: null }, ['y'])],
      possible: ['b'],
      kept: { a: ['email'] },
    },
  ];
  test.each(cases)('$title', ({ takeovers, possible, kept }) => {
    const settled = settle(takeovers);
    expect(settled.possible.toSorted()).toEqual(possible);
    expect(settled.kept).toEqual(kept);
  });

  it('has a chain written from its free end, and nothing released', () => {
    const chain = [takeover('a', { y: 'b' }, ['x']), takeover('b', { z: 'c' }, ['y']), takeover('c', { free: null }, ['z'])];
    const { possible, releases } = settle(chain);
    expect(possible).toEqual(['c', 'b', 'a']);
    expect(releases).toEqual({});
  });

  it('has one value of a circle released, and only right before it is taken', () => {
    const circle = [takeover('a', { y: 'b' }, ['x']), takeover('b', { z: 'c' }, ['y']), takeover('c', { x: 'a' }, ['z'])];
    const { plan, possible, releases } = settle(circle);
    expect(possible).toEqual(['c', 'b', 'a']);
    expect(releases).toEqual({ c: ['userName'] });
    expect([plan.isGiver(2, 'userName', user('a')), plan.isGiver(2, 'userName', user('b'))]).toEqual([true, false]);
  });

  it('takes a chain of any length', () => {
    const length = 100_000;
    const chain = Array.from({ length }, (_, i) => takeover(String(i), { [i + 1]: i + 1 < length ? String(i + 1) : null }, [String(i)]));
    expect(settle(chain).possible[0]).toBe(String(length - 1));
  });

  it('lets a record take what somebody outside the plan gives up', () => {
    expect(settle([takeover('a', { x: 'z' })], (print) => print === fingerprint('userName:x'))).toMatchObject({
      possible: ['a'],
      kept: {},
    });
  });

  it('never lets two users hold one value, and keeps nobody back without need', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ wants: fc.integer({ min: 0, max: 9 }), moves: fc.boolean() }), { maxLength: 10 }), (plan) => {
        // User i holds value i; who moves wants another value, which at most one of them may want.
        const wanted = new Set<number>();
        const takeovers = plan.flatMap(({ wants, moves }, i) => {
          if (!moves || wants === i || wanted.has(wants)) return [];
          wanted.add(wants);
          return [takeover(String(i), { [wants]: wants < plan.length ? String(wants) : null }, [String(i)])];
        });
        const { possible, kept, releases } = settle(takeovers);
        const byName = new Map(takeovers.map((one) => [one.userId.slice('acme/'.length), one]));
        const held = new Map(plan.map((_, i) => [keyOf(String(i)), user(String(i))]));
        for (const name of possible) {
          const one = byName.get(name)!;
          if (name in releases) for (const { key } of one.wants) held.delete(key);
          for (const { key } of one.wants) {
            expect(held.get(key)).toBeUndefined();
            held.set(key, one.userId);
          }
          for (const key of one.givesUp) if (held.get(key) === one.userId) held.delete(key);
        }
        for (const name of Object.keys(kept)) for (const { key } of byName.get(name)!.wants) expect(held.get(key)).toBeDefined();
      }),
    );
  });
});
