// Writes down that an import waits for approval, with its numbers and until when. An import that was held before (its workflow was
// ended from outside, and it was retried) keeps its term while there is some left.

import type { HoldNumbers } from '../../src/domain/import-run';
import type { ActivityPorts } from '../activity-ports';
import { loadImport } from '../load-import';
import { noteStep } from '../note-step';
import { turnIsOver, type InTurn } from '../turn/require-turn';
import { announce } from '../webhooks/announce';

const HOUR_MS = 3_600_000;

/** Milliseconds since 1970. */
interface HoldTerm {
  readonly since: number;
  readonly until: number;
}

export const markHeld =
  (ports: ActivityPorts) =>
  async ({ importId, turn, numbers }: InTurn & { readonly numbers: HoldNumbers }): Promise<HoldTerm> => {
    const { run, client } = await loadImport(ports, importId);
    const now = ports.clock.now();
    const term =
      run.held !== null && run.held.until > now
        ? { since: run.held.since, until: run.held.until }
        : { since: now, until: new Date(now.getTime() + client.settings.approvalTimeoutHours * HOUR_MS) };
    const held = { ...numbers, ...term, decided: null };
    if (!(await ports.imports.advance(importId, 'held', { held }, { turn }))) throw turnIsOver(importId);
    ports.log.info('import held', { clientId: run.clientId, importId, archives: numbers.archives, permits: numbers.permits });
    const event = { type: 'import.held', clientId: run.clientId, importId, attempt: run.attempts, at: now.getTime() } as const;
    await announce(ports, event);
    await noteStep(ports, client, importId, { kind: 'held', archives: numbers.archives, activeUsers: numbers.activeUsers });
    return { since: term.since.getTime(), until: term.until.getTime() };
  };
