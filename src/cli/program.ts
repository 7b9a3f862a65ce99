// The command line as a whole: every command in the order of the help page.

import { Option, type Argument, type Command } from 'commander';
import { addAuditCommand } from './commands/audit';
import { addAccountAddCommand, addAccountPasswdCommand, addAccountEnableCommands } from './accounts/account-add';
import { addAccountKeyCommands } from './accounts/account-key';
import { addAccountListCommand } from './accounts/account-list';
import { addBanCommands } from './accounts/ban';
import { CarefulCommand, defineCommand, sayWhereToLook, type Session } from './define-command';
import { addCheckCommand } from './imports/check';
import { addClientAddCommand } from './clients/client-add';
import { addClientEnableCommands, addClientPauseCommands } from './clients/client-enable';
import { addClientListCommands } from './clients/client-list';
import { addClientSetCommand } from './clients/client-set';
import { addDecideCommands } from './imports/decide-held';
import { addCompletionCommand } from './completion/completion';
import { addDemoCommand, addUpCommand } from './commands/up';
import type { CliDeps } from './deps';
import { addDoctorCommand } from './commands/doctor';
import { addHelpCommand } from './commands/help';
import { addFindCommand, addUserCommand, addUsersRepairCommand } from './imports/users';
import { addLogsCommand } from './commands/logs';
import { addListCommand } from './imports/list';
import { addMailCommand } from './imports/mail';
import { createPrinter } from './text/print';
import { addPersonEraseCommand } from './person/person-erase';
import { addPersonExportCommand } from './person/person-export';
import { addRejectedCommand } from './imports/rejected';
import { addResendReportCommand } from './imports/resend-report';
import { addRetryCommand } from './imports/retry';
import { addScanCommand } from './imports/scan';
import { addSessionsCommand } from './accounts/sessions';
import { addShowCommand } from './imports/show';
import { addStatsCommand } from './imports/stats';
import { addTemplateCommand } from './commands/template';
import { addUndoCommand } from './imports/undo';
import { addWatchCommand } from './imports/watch';
import { addWebhookSecretCommand, addWebhookTestCommand } from './commands/webhook';

/** Widest a help page gets: longer lines are hard to read. */
const HELP_WIDTH = 100;
const COLOURED = ['auto', 'always', 'never'] as const;
const AFTERWORD = `
With --json, times are ISO and errors are {"error": {"code", "message"}} on
standard error.
Exit codes: 0 done, 1 not done or not found, 2 wrong use, 3 a service cannot be
reached.`;

export function buildProgram(deps: CliDeps): Command {
  const program: Command = new CarefulCommand('imports');
  const isJson = () => program.opts<{ json?: true }>().json === true;
  const isColoured = () => {
    const { color } = program.opts<{ color: (typeof COLOURED)[number] }>();
    return color === 'auto' ? deps.hasColours : color === 'always';
  };
  const { stdout, columns, timeZone } = deps;
  const session: Session = { deps, print: createPrinter({ stdout, columns, timeZone, json: isJson, colour: isColoured }) };
  const helpWidth = Math.min(columns ?? HELP_WIDTH, HELP_WIDTH);

  program
    .description('Managed user import over SFTP: clients and their logins, imports and their results.')
    .option('--json', 'print JSON')
    .addOption(new Option('--color <when>', 'colours').choices(COLOURED).default('auto', 'on a terminal that has them'))
    .version(deps.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', AFTERWORD)
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
      visibleGlobalOptions: (command) => (command.parent === null ? [] : program.options.filter((option) => option.long === '--json')),
    })
    .configureOutput({
      writeOut: (text) => deps.stdout.write(text),
      writeErr: (text) => deps.stderr.write(text),
      // Wrong use is told where all errors are told, see run-program.ts.
      outputError: () => {},
      getOutHelpWidth: () => helpWidth,
      getErrHelpWidth: () => helpWidth,
    });
  sayWhereToLook(program);

  program.commandsGroup('Start:');
  addUpCommand(program, session);
  addDemoCommand(program, session);

  program.commandsGroup('Clients:');
  const client = defineCommand(program, { usage: 'client', summary: 'customer organisations and their settings' });
  addClientAddCommand(client, session);
  addClientSetCommand(client, session);
  addClientListCommands(client, session);
  addClientEnableCommands(client, session);
  addClientPauseCommands(client, session);
  const account = defineCommand(program, { usage: 'account', summary: 'logins of clients' });
  addAccountAddCommand(account, session);
  addAccountListCommand(account, session);
  addAccountPasswdCommand(account, session);
  addAccountEnableCommands(account, session);
  const key = defineCommand(account, { usage: 'key', summary: 'public keys of a login' });
  addAccountKeyCommands(key, session);
  addSessionsCommand(program, session);
  const ban = defineCommand(program, { usage: 'ban', summary: 'addresses that are not let in' });
  addBanCommands(ban, session);

  const person = defineCommand(program, { usage: 'person', summary: 'what is kept about one person' });
  addPersonExportCommand(person, session);
  addPersonEraseCommand(person, session);
  const webhook = defineCommand(program, { usage: 'webhook', summary: 'receivers of events' });
  addWebhookTestCommand(webhook, session);
  addWebhookSecretCommand(webhook, session);

  program.commandsGroup('Imports:');
  addListCommand(program, session);
  addStatsCommand(program, session);
  addShowCommand(program, session);
  addWatchCommand(program, session);
  addRejectedCommand(program, session);
  addMailCommand(program, session);
  addRetryCommand(program, session);
  addResendReportCommand(program, session);
  addDecideCommands(program, session);
  addUndoCommand(program, session);
  addFindCommand(program, session);
  addUserCommand(program, session);
  const users = defineCommand(program, { usage: 'users', summary: 'users that the application wrote' });
  addUsersRepairCommand(users, session);
  addScanCommand(program, session);
  addCheckCommand(program, session);
  addTemplateCommand(program, session);

  program.commandsGroup('When in doubt:');
  addDoctorCommand(program, session);
  addAuditCommand(program, session);
  addLogsCommand(program, session);
  addCompletionCommand(program, session);
  for (const group of [program, client, account, key, ban, users, person, webhook]) addHelpCommand(group);
  return program;
}

function argumentTerm(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? `<${name}>` : `[${name}]`;
}
