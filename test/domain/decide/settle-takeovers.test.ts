import * as fc from 'fast-check';
import type { UserId } from '../../../src/domain/ids';
import { settleTakeovers, type Takeover } from '../../../src/domain/decide/settle-takeovers';

const user = (name: string) => `acme/${name}` as UserId;
const takeover = (name: string, wants: Record<string, string | null>, givesUp: string[] = []): Takeover => ({
  userId: user(name),
  wants: Object.entries(wants).map(([key, holder]) => ({ key, holder: holder === null ? null : user(holder) })),
  givesUp,
});
const names = (list: readonly { userId: UserId }[]) => list.map(({ userId }) => userId.slice('acme/'.length));

describe('settling records that want a value somebody holds', () => {
  const cases: { title: string; takeovers: Takeover[]; possible: string[]; kept: Record<string, string[]> }[] = [
    { title: 'lets a record take what is free', takeovers: [takeover('a', { x: null })], possible: ['a'], kept: {} },
    {
      title: 'leaves a value with a holder whom the file does not mention',
      takeovers: [takeover('a', { x: 'z' })],
      possible: [],
      kept: { a: ['x'] },
    },
    {
      title: 'leaves a value with a holder whose record keeps it',
      takeovers: [takeover('a', { x: 'b' }), takeover('b', { y: null })],
      possible: ['b'],
      kept: { a: ['x'] },
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
      kept: { a: ['y'], b: ['z'], c: ['taken'] },
    },
    {
      title: 'names only the values that stay with their holders',
      takeovers: [takeover('a', { free: null, x: 'z', y: 'b' }, []), takeover('b', { other: null }, ['y'])],
      possible: ['b'],
      kept: { a: ['x'] },
    },
  ];
  test.each(cases)('$title', ({ takeovers, possible, kept }) => {
    const settled = settleTakeovers(takeovers);
    expect(names(settled.possible).sort()).toEqual(possible);
    expect(Object.fromEntries(settled.impossible.map(({ takeover: one, keys }) => [names([one])[0], keys]))).toEqual(kept);
  });

  it('has a chain written from its free end, and nothing released', () => {
    const chain = [takeover('a', { y: 'b' }, ['x']), takeover('b', { z: 'c' }, ['y']), takeover('c', { free: null }, ['z'])];
    const { possible, releases } = settleTakeovers(chain);
    expect(names(possible)).toEqual(['c', 'b', 'a']);
    expect(releases).toEqual([]);
  });

  it('has one value of a circle released, and only right before it is taken', () => {
    const circle = [takeover('a', { y: 'b' }, ['x']), takeover('b', { z: 'c' }, ['y']), takeover('c', { x: 'a' }, ['z'])];
    const { possible, releases } = settleTakeovers(circle);
    expect(names(possible)).toEqual(['c', 'b', 'a']);
    expect(releases).toEqual([{ taker: user('c'), holder: user('a'), key: 'x' }]);
  });

  it('takes a chain of any length', () => {
    const length = 100_000;
    const chain = Array.from({ length }, (_, i) => takeover(String(i), { [i + 1]: i + 1 < length ? String(i + 1) : null }, [String(i)]));
    expect(settleTakeovers(chain).possible[0]?.userId).toBe(user(String(length - 1)));
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
        const { possible, impossible, releases } = settleTakeovers(takeovers);
        const held = new Map(plan.map((_, i) => [String(i), user(String(i))]));
        for (const one of possible) {
          for (const { key } of releases.filter(({ taker }) => taker === one.userId)) held.delete(key);
          for (const { key } of one.wants) {
            expect(held.get(key)).toBeUndefined();
            held.set(key, one.userId);
          }
          for (const key of one.givesUp) if (held.get(key) === one.userId) held.delete(key);
        }
        for (const { takeover: one } of impossible) for (const { key } of one.wants) expect(held.get(key)).toBeDefined();
      }),
    );
  });
});
