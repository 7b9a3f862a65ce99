#!/usr/bin/env node
// The command `imports`: gives the command line its environment and terminal, and turns its answer into an exit code.

import { existsSync } from 'node:fs';
import { runProgram } from '../cli/run-program';
import { cliDeps } from './command/cli-deps';
import { keepFromOthers } from './this-process';

async function main(): Promise<void> {
  keepFromOthers();
  if (existsSync('.env')) process.loadEnvFile('.env');
  process.exitCode = await runProgram(cliDeps(process), process.argv.slice(2));
}

void main();
