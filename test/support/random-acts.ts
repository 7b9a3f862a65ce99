// What may happen to a client, at random: files, changed settings, approvals, retries, undos, workers that die, and an application that
// writes the same users and permits, with and without its duties of docs/integration.md. Few people and few values: conflicts, swaps and
// chains are the rule.

import * as fc from 'fast-check';
import type { ClientSettings } from '../../src/domain/client';
import type { HoldDecision } from '../../src/domain/import-run';

export const IDS = ['u1', 'u2', 'u3', 'u4', 'u5', '7', '007'] as const;
export const EMAILS = ['e1@x.example', 'e2@x.example', 'e3@x.example', 'e4@x.example', 'e5@x.example'] as const;
export const USER_NAMES = ['n1', 'n2', 'n3', 'n4'] as const;
export const PERMITS = ['P1', 'P2', 'P3', 'P4'] as const;

/** How the worker fares that does the work: it lives, or dies at one of its calls, and then another one goes on, or nobody does. */
export interface Fate {
  /** 0 = it lives. */
  readonly diesAt: number;
  readonly when: 'before' | 'after';
  readonly whatThen: 'another goes on' | 'it stops';
}

export interface Row {
  readonly uniqueId: string;
  readonly loginSource: string;
  readonly firstName: string;
  readonly userName: string;
  readonly email: string;
  readonly active: string;
}

/** A write of the application. `dutiful` = with `rev` and keys, and in no conflict with them. */
export interface ApplicationWrite {
  readonly uniqueId: string;
  readonly dutiful: boolean;
  readonly what:
    | { readonly kind: 'email'; readonly value: string | null }
    | { readonly kind: 'userName'; readonly value: string | null }
    | { readonly kind: 'firstName'; readonly value: string }
    | { readonly kind: 'status'; readonly value: 'active' | 'archived' }
    | { readonly kind: 'permit'; readonly number: string; readonly verb: 'issue' | 'take' | 'suspend' };
}

export type Act =
  | { readonly kind: 'file'; readonly rows: readonly Row[]; readonly columns: readonly (keyof Row)[]; readonly fate: Fate }
  | { readonly kind: 'settings'; readonly change: Partial<ClientSettings> }
  | { readonly kind: 'decide'; readonly which: number; readonly verdict: HoldDecision['verdict']; readonly fate: Fate }
  | { readonly kind: 'retry'; readonly which: number; readonly fate: Fate }
  | { readonly kind: 'undo'; readonly which: number; readonly fate: Fate }
  | { readonly kind: 'application'; readonly write: ApplicationWrite };

const ALIVE: Fate = { diesAt: 0, when: 'before', whatThen: 'another goes on' };
const fate: fc.Arbitrary<Fate> = fc.oneof(
  { arbitrary: fc.constant(ALIVE), weight: 3 },
  {
    arbitrary: fc.record({
      diesAt: fc.integer({ min: 1, max: 60 }),
      when: fc.constantFrom('before', 'after'),
      whatThen: fc.constantFrom('another goes on', 'it stops'),
    }),
    weight: 2,
  },
);

const often = (usual: readonly string[], odd: readonly string[]) =>
  fc.oneof({ arbitrary: fc.constantFrom(...usual), weight: 12 }, { arbitrary: fc.constantFrom(...odd), weight: 1 });

const row: fc.Arbitrary<Row> = fc.record({
  uniqueId: often(IDS, ['']),
  loginSource: often(['OPSCOM'], ['', 'NOPE']),
  firstName: fc.constantFrom('Ana', 'Ben', ''),
  userName: fc.oneof(fc.constantFrom(...USER_NAMES), fc.constant('')),
  email: often([...EMAILS, '', 'E1@X.EXAMPLE'], ['no address']),
  active: fc.constantFrom('', '', '1', '0', '0'),
});
/** Mostly one record a user: only so do records meet users instead of each other. */
const rows = fc.oneof(
  { arbitrary: fc.uniqueArray(row, { selector: ({ uniqueId }) => uniqueId, minLength: 1, maxLength: 6 }), weight: 5 },
  { arbitrary: fc.array(row, { minLength: 1, maxLength: 6 }), weight: 1 },
);
const columns: fc.Arbitrary<(keyof Row)[]> = fc
  .subarray(['firstName', 'userName', 'email', 'active'] as (keyof Row)[], { minLength: 1 })
  .map((more) => ['uniqueId', 'loginSource', ...more]);

const write: fc.Arbitrary<ApplicationWrite> = fc.record({
  uniqueId: fc.constantFrom(...IDS),
  dutiful: fc.boolean(),
  what: fc.oneof(
    fc.record({ kind: fc.constant('email' as const), value: fc.constantFrom(...EMAILS, 'E2@x.example', null) }),
    fc.record({ kind: fc.constant('userName' as const), value: fc.constantFrom(...USER_NAMES, null) }),
    fc.record({ kind: fc.constant('firstName' as const), value: fc.constantFrom('Ana', 'Cy') }),
    fc.record({ kind: fc.constant('status' as const), value: fc.constantFrom('active' as const, 'archived' as const) }),
    fc.record({
      kind: fc.constant('permit' as const),
      number: fc.constantFrom(...PERMITS),
      verb: fc.constantFrom('issue' as const, 'take' as const, 'suspend' as const),
    }),
  ),
});

const settings: fc.Arbitrary<Partial<ClientSettings>> = fc.oneof(
  fc.record({ archiveOnInactive: fc.boolean() }),
  fc.record({ reactivateOnActive: fc.boolean() }),
  fc.record({ leadingZeros: fc.constantFrom('same', 'distinct') }),
  fc.record({ requiredFields: fc.constantFrom([], ['email' as const]) }),
  fc.record({ report: fc.constantFrom('failures', 'always') }),
  fc.record({ holdAbove: fc.constantFrom({ archives: 0, percent: 100, floor: 99 }, { archives: 99, percent: 100, floor: 99 }) }),
);

const which = fc.nat(7);
const act: fc.Arbitrary<Act> = fc.oneof(
  { arbitrary: fc.record({ kind: fc.constant('file' as const), rows, columns, fate }), weight: 8 },
  { arbitrary: fc.record({ kind: fc.constant('settings' as const), change: settings }), weight: 2 },
  {
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      which,
      verdict: fc.constantFrom('approve', 'approve-without-archives', 'decline'),
      fate,
    }),
    weight: 3,
  },
  { arbitrary: fc.record({ kind: fc.constant('retry' as const), which, fate }), weight: 3 },
  { arbitrary: fc.record({ kind: fc.constant('undo' as const), which, fate }), weight: 4 },
  { arbitrary: fc.record({ kind: fc.constant('application' as const), write }), weight: 4 },
);

export const acts: fc.Arbitrary<Act[]> = fc.array(act, { minLength: 2, maxLength: 12 });
