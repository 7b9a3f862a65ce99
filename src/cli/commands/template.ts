// `imports template`: the header line of a client's files, with every column that is accepted.

import type { Command } from 'commander';
import type { ClientSettings } from '../../domain/client';
import { fieldsOf } from '../../domain/client/profiles';
import { defineCommand, type Session } from '../define-command';
import { requireClient } from '../clients/require-client';

export function addTemplateCommand(program: Command, { deps, print }: Session): void {
  defineCommand(program, {
    usage: 'template <client>',
    summary: 'a CSV file with the headers for a client',
    details: 'Columns that the client does not have may be left out, except the required ones.',
    examples: ['imports template acme > acme-users.csv'],
  }).action(async (id: string) => {
    const { clientId, settings } = await requireClient(await deps.open(), id);
    const fields = fieldsOf(settings);
    const headers = fields.map((field) => field.headers[0]);
    if (!print.json) return print.raw(`${headers.join(delimiterOf(settings))}\r\n`);
    const required = fields.filter((field) => field.required).map((field) => field.headers[0]);
    return print.show({ clientId, headers, required }, () => '');
  });
}

function delimiterOf({ delimiter }: ClientSettings): string {
  return delimiter === 'auto' ? ',' : delimiter;
}
