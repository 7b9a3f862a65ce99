// The table of states is whole, and what the pages say of it is what it says.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hasEnded, IMPORT_STATES, OPEN_STATES, statesThat, type ImportState } from '../../src/domain/import-state';

const page = (name: string) => readFileSync(path.join(__dirname, '../../docs', name), 'utf8');
const STATES = statesThat(() => true);

/** The states that an import may go on to, besides the one it is in. */
const after = (from: ImportState) => STATES.filter((to) => to !== from && IMPORT_STATES[to].from.includes(from));

test('every state can be reached from the first one, and an end from every state', () => {
  const reach = (from: ImportState, seen = new Set<ImportState>()): Set<ImportState> => {
    if (seen.has(from)) return seen;
    seen.add(from);
    for (const to of after(from)) reach(to, seen);
    return seen;
  };
  expect(reach('claiming')).toEqual(new Set(STATES));
  for (const state of STATES) expect([...reach(state)].some((one) => hasEnded({ state: one }))).toBe(true);
});

test('what has ended holds no turn, needs nobody and has no workflow; what holds a turn needs nobody either', () => {
  for (const [state, row] of Object.entries(IMPORT_STATES)) {
    if (row.hasEnded) expect([state, row.holdsTurn, row.hasWorkflow, row.needs]).toEqual([state, false, false, null]);
    if (row.holdsTurn) expect([state, row.needs, row.mayBeUndone]).toEqual([state, null, false]);
    if (row.needs === 'retry') expect([state, IMPORT_STATES.queued.from.includes(state as ImportState)]).toEqual([state, true]);
  }
  expect(OPEN_STATES).toEqual(STATES.filter((state) => !hasEnded({ state })));
});

test('an undone import stays undone', () => {
  expect(after('undone')).toEqual([]);
});

test('docs/architecture.md draws the table', () => {
  const drawn = [...page('architecture.md').matchAll(/^([a-z-]+) ─▶ (.+)$/gm)].map(([, from, to]) => [from, to!.split(' · ').sort()]);
  const table = STATES.filter((from) => after(from).length > 0).map((from) => [from, [...after(from)].sort()]);
  expect(drawn).toEqual(table);
  const [, held = ''] = /The client's turn is held in (.+)\./.exec(page('architecture.md')) ?? [];
  expect([...held.matchAll(/`([a-z-]+)`/g)].map(([, state]) => state)).toEqual(statesThat(({ holdsTurn }) => holdsTurn));
});
