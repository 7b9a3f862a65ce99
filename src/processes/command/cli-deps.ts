// What the command line gets from the process that runs it: services found where its environment says, its terminal, and the functions whose
// home is another floor.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostname, userInfo } from 'node:os';
import type { CliDeps } from '../../cli/deps';
import type { Config } from '../../config/load-config';
import { generatePassword } from '../../door/generate-password';
import { projectRoot } from '../../embedded/project-root';
import { openOnce } from './open-once';
import type { Operator } from '../../domain/audit';

interface Caller {
  readonly env: NodeJS.ProcessEnv;
  /** Asked for only by a command that reads it. */
  readonly stdin: Readable;
  readonly stdout: CliDeps['stderr'] & { readonly hasColors?: () => boolean };
  readonly stderr: CliDeps['stderr'];
}

export function cliDeps(caller: Caller): CliDeps {
  const { env, stdout, stderr } = caller;
  /** Read at first use: help must come even where settings are wrong. So that it comes at once, packages are loaded as late. */
  const needed = openOnce(async () => {
    const { loadConfig } = await import('../../config/load-config.js');
    const { openServices } = await import('./open-services.js');
    let loaded: Config | undefined;
    const config = () => (loaded ??= loadConfig(env));
    return { config, services: openServices(config) };
  });
  return {
    now: () => new Date(),
    async open() {
      const { config, services } = await needed();
      const { servicesForCommands } = await import('./services-for-commands.js');
      return servicesForCommands(config(), services);
    },
    async close() {
      await (await needed.opened())?.services.close();
    },
    hashPassword: async (password) => (await import('../../door/passwords.js')).hashPassword(password),
    generatePassword,
    parsePublicKey: async (line) => (await import('../../door/public-key.js')).parsePublicKey(line),
    async checkFile(file) {
      const { checkFileWith } = await import('./check-file.js');
      return checkFileWith((await needed()).services)(file);
    },
    async *plannedChanges(importId) {
      const { plannedChangesWith } = await import('./check-file.js');
      yield* plannedChangesWith((await needed()).services)(importId);
    },
    async webhooks() {
      const { config } = await needed();
      const { createWebhookSender } = await import('../../adapters/webhooks/webhook-sender.js');
      const { url, ...options } = config().webhooks;
      return { url, sender: createWebhookSender(options) };
    },
    async readLogs(...asked) {
      const { readLogsOf } = await import('./read-logs.js');
      const { config } = await needed();
      return readLogsOf(
        () => config().dataDir,
        () => caller.stdin,
      )(...asked);
    },
    async doctorChecks() {
      const { config, services } = await needed();
      const { doctorChecks } = await import('./doctor-checks.js');
      return doctorChecks(config, services);
    },
    async runUp({ json }) {
      const { up } = await import('../up.js');
      await up({ config: (await needed()).config(), json, stdout, stderr });
    },
    async runDemo(options) {
      const { demo } = await import('../demo.js');
      await demo({ ...options, config: (await needed()).config(), stdout, stderr });
    },
    mailFrom: async () => (await needed()).config().mailFrom ?? null,
    get operator() {
      return operatorName(this.identity);
    },
    get identity() {
      return identifyOperator(env);
    },
    version: (JSON.parse(readFileSync(path.join(projectRoot(), 'package.json'), 'utf8')) as { readonly version: string }).version,
    stdout,
    stderr,
    columns: stdout.isTTY === true ? stdout.columns : undefined,
    // It knows NO_COLOR, FORCE_COLOR and TERM.
    hasColours: stdout.isTTY === true && stdout.hasColors?.() === true,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    readStdin: () => text(caller.stdin),
    sleep: (ms) => sleep(ms),
  };
}

/** By the operating system's word on the user's number. What anybody could set in the environment is kept beside it, marked. */
function identifyOperator(env: NodeJS.ProcessEnv): Operator {
  const { name, uid } = systemUser();
  // sudo sets it for root; for any other user it is somebody's own invention.
  const behindRoot = uid === 0 ? env['SUDO_USER'] : undefined;
  return { name, uid, host: hostname(), selfDeclared: env['IMPORTS_OPERATOR'] ?? behindRoot ?? null };
}

/** One name, for where there is room for no more. */
function operatorName({ name, selfDeclared }: Operator): string {
  return selfDeclared === null ? name : `${selfDeclared} (as ${name})`;
}

function systemUser(): Pick<Operator, 'name' | 'uid'> {
  try {
    const { username, uid } = userInfo();
    return { name: username, uid };
  } catch {
    // A container may run under a number that has no name.
    const uid = process.getuid?.() ?? null;
    return { name: uid === null ? 'unknown' : String(uid), uid };
  }
}
