#!/usr/bin/env node
// The command `imports`: gives the command line its services, its terminal and its functions, and turns its answer into an exit code.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliDeps } from '../cli/deps';
import { runProgram } from '../cli/run-program';
import { loadConfig, type Config } from '../config/load-config';
import { projectRoot } from '../embedded/project-root';
import { parsePublicKey } from '../door/public-key';
import { generatePassword, hashPassword } from '../door/passwords';
import { checkFileWith } from './check-file';
import { doctorChecks } from './doctor-checks';
import { identifyOperator, operatorName } from './identify-operator';
import { openServices } from './open-services';

let loaded: Config | undefined;
/** Read at first use: help must come even where settings are wrong. */
const config = () => (loaded ??= loadConfig(process.env));
const services = openServices(config);
const { stdout, stderr } = process;

const deps: CliDeps = {
  now: () => new Date(),
  async open() {
    const mongo = await services.mongo();
    const [control, files, csv] = await Promise.all([services.control(), services.files(), services.csv()]);
    const { createStandingFolder } = await import('../adapters/files/standing-folder.js');
    const standing = createStandingFolder(config().dataDir, files);
    return { ...mongo, control, files, standing, csv };
  },
  close: () => services.close(),
  hashPassword,
  generatePassword,
  parsePublicKey,
  checkFile: checkFileWith(services),
  doctorChecks: doctorChecks(config, services),
  async runUp({ json }) {
    const { up } = await import('./up.js');
    await up({ config: config(), json, stdout, stderr });
  },
  async runDemo(options) {
    const { demo } = await import('./demo.js');
    await demo({ ...options, config: config(), stdout, stderr });
  },
  get operator() {
    return operatorName(this.identity);
  },
  get identity() {
    return identifyOperator(process.env);
  },
  version: (JSON.parse(readFileSync(path.join(projectRoot(), 'package.json'), 'utf8')) as { readonly version: string }).version,
  stdout,
  stderr,
  columns: stdout.isTTY ? stdout.columns : undefined,
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  readStdin: () => text(process.stdin),
  sleep: (ms) => sleep(ms),
};

async function main(): Promise<void> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  process.exitCode = await runProgram(deps, process.argv.slice(2));
}

void main();
