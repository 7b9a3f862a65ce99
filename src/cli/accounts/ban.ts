// `imports ban list` and `ban lift`: addresses that the front doors do not let in for a while, and letting one in again.

import type { Command } from 'commander';
import { parseNetwork, placeOf } from '../../domain/client/network';
import { notFound, wrongUse } from '../../errors';
import { defineCommand, type Session } from '../define-command';
import { record } from '../record';
import { escapeText } from '../text/escape-text';

export function addBanCommands(parent: Command, { deps, print }: Session): void {
  defineCommand(parent, {
    usage: 'list',
    summary: 'banned addresses, and until when',
    details: 'SPARED are accounts that may still log in from there, because they did so recently or their client allows the address.',
    examples: ['imports ban list'],
  }).action(async () => {
    const services = await deps.open();
    const bans = await services.bans.inForce(deps.now());
    await print.show(bans, () => {
      if (bans.length === 0) return 'No address is banned.';
      return print.table(bans, [
        { head: 'ADDRESS', cell: ({ address }) => address },
        { head: 'SINCE', dropOrder: 1, cell: ({ since }) => print.shortTime(since) },
        { head: 'UNTIL', cell: ({ until }) => print.shortTime(until) },
        { head: 'TIMES', align: 'right', cell: ({ times }) => times },
        { head: 'REASON', cell: ({ reason }) => reason },
        { head: 'SPARED', narrow: 'wrap', cell: ({ spares }) => (spares.length === 0 ? 'none' : spares.join(' ')) },
      ]);
    });
  });

  defineCommand(parent, {
    usage: 'lift <address>',
    summary: 'let an address in again',
    details: 'Every front door knows within seconds. What the address did before is forgotten.',
    examples: ['imports ban lift 203.0.113.7', 'imports ban lift 2001:db8:1:2::/64'],
  }).action(async (typed: string) => {
    if (parseNetwork(typed) === undefined) {
      throw wrongUse(`${escapeText(typed)} is not an address. See how they are written: imports ban list`);
    }
    const address = placeOf(typed);
    const services = await deps.open();
    const ban = (await services.bans.inForce(deps.now())).find((each) => each.address === address);
    if (ban !== undefined)
      await record(deps, services, { action: 'ban lift', clientId: null, subject: address, was: { until: ban.until, reason: ban.reason } });
    if (ban === undefined || !(await services.bans.remove(address))) {
      throw notFound(`${address} is not banned.\nSee all that are with: imports ban list`);
    }
    await print.show({ address, lifted: true }, () => `${address} is let in again, by every front door within seconds.`);
  });
}
