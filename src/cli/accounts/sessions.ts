// `imports sessions`: who is logged in right now, at whichever front door.

import type { Command } from 'commander';
import { SILENT_AFTER_MS } from '../../door/visits';
import type { LiveSession } from '../../domain/client/access';
import { defineCommand, type Session } from '../define-command';
import { grouped } from '../../domain/report/wording';
import type { Printer } from '../text/print';
import { requireClient } from '../clients/require-client';

export function addSessionsCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'sessions [client]',
    summary: 'who is logged in right now',
    details: 'Oldest first. Bytes and last activity are up to ten seconds old; a session whose process was killed is shown for a minute.',
    examples: ['imports sessions', 'imports sessions acme --json'],
  }).action(async (id: string | undefined) => {
    const services = await deps.open();
    const clientId = id === undefined ? undefined : (await requireClient(services, id)).clientId;
    const live = await services.sessions.live(new Date(deps.now().getTime() - SILENT_AFTER_MS));
    const sessions = live.filter((session) => clientId === undefined || session.clientId === clientId);
    await print.show(sessions.map(sessionItem), () => (sessions.length === 0 ? 'Nobody is logged in.' : tableOf(sessions, print)));
  });
}

function sessionItem({ userName, clientId, address, protocol, software, since, lastActivityAt, bytesIn, bytesOut }: LiveSession) {
  return { userName, clientId, address, protocol, software, since, lastActivityAt, bytesIn, bytesOut };
}

function tableOf(sessions: readonly LiveSession[], print: Printer): string {
  return print.table(sessions, [
    { head: 'ACCOUNT', narrow: 'cut', cell: ({ userName }) => userName },
    { head: 'CLIENT', cell: ({ clientId }) => clientId },
    { head: 'ADDRESS', cell: ({ address }) => address },
    { head: 'BY', dropOrder: 1, cell: ({ protocol }) => protocol },
    { head: 'SOFTWARE', dropOrder: 3, cell: ({ software }) => software ?? '' },
    { head: 'SINCE', cell: ({ since }) => print.shortTime(since) },
    { head: 'LAST ACTIVITY', dropOrder: 2, cell: ({ lastActivityAt }) => print.time(lastActivityAt).slice(11) },
    { head: 'BYTES IN', align: 'right', dropOrder: 4, cell: ({ bytesIn }) => grouped(bytesIn) },
    { head: 'BYTES OUT', align: 'right', dropOrder: 5, cell: ({ bytesOut }) => grouped(bytesOut) },
  ]);
}
