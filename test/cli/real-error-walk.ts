// The part of the walk where nothing is pretended: real settings, addresses at which nobody answers, a data directory that is none.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createFileStore } from '../../src/adapters/files/file-store';
import { connectImportsControl } from '../../src/adapters/temporal/imports-control';
import type { CliDeps, Services } from '../../src/cli/deps';
import { loadConfig, type Environment } from '../../src/config/load-config';
import { checkFileWith } from '../../src/processes/command/check-file';
import { openServices } from '../../src/processes/command/open-services';
import { servicesForCommands } from '../../src/processes/command/services-for-commands';
import type { ErrorPath } from './error-walk';
import { aWorld, servicesOf } from './fake-deps';

/** Port 1 is nobody's. */
const NOBODY = '127.0.0.1:1';
const ENDPOINTS = {
  sftp: { host: '127.0.0.1', port: 1 },
  mongodbUri: `mongodb://${NOBODY}/imports`,
  temporalAddress: NOBODY,
  temporalUi: null,
  smtpUrl: `smtp://${NOBODY}`,
};

export function realPaths(folder: string): readonly ErrorPath[] {
  const dataDir = (name: string, endpoints?: string) => {
    mkdirSync(path.join(folder, name, 'run'), { recursive: true });
    if (endpoints !== undefined) writeFileSync(path.join(folder, name, 'run/endpoints.json'), endpoints);
    return path.join(folder, name);
  };
  const noDirectory = path.join(folder, 'no-directory');
  writeFileSync(noDirectory, '');
  const csv = path.join(folder, 'users.csv');
  writeFileSync(csv, 'unique_id,login_source\n');

  return [
    ...[
      ['IMPORTS_SFTP_PORT', 'abc'],
      ['IMPORTS_QUIET_SECONDS', 'soon'],
      ['IMPORTS_KEEP_DAYS', '-1'],
      ['IMPORTS_NONSENSE', '1'],
      ['MONGODB_URI', 'nowhere'],
      ['SMTP_URL', 'http://x'],
      ['IMPORTS_TEMPORAL_UI_URL', 'x'],
    ].map(([name = '', value = '']): ErrorPath => ({
      args: ['list'],
      deps: real({ [name]: value }),
      exit: 2,
      code: 'CONFIG',
      says: name,
      next: '.env.example',
    })),
    unreachable('list', real({ IMPORTS_DATA_DIR: dataDir('none') }), 'No MongoDB is known', 'Or set MONGODB_URI'),
    unreachable('list', real({ IMPORTS_DATA_DIR: dataDir('left', JSON.stringify(ENDPOINTS)) }), 'is no longer running', 'imports up'),
    unreachable('list', real({ MONGODB_URI: ENDPOINTS.mongodbUri }), `MongoDB at ${NOBODY} did not answer`, 'MONGODB_URI'),
    unreachable(
      'scan acme',
      withReal(() => ({ control: connectImportsControl({ env: {}, address: NOBODY, uiUrl: null }) })),
      'Temporal cannot be reached',
      'TEMPORAL_ADDRESS',
    ),
    unreachable(
      'client enable acme',
      // As if it had been replaced a moment ago.
      withReal(() => ({ files: { ...createFileStore(noDirectory), clientFolder: async () => ({ path: noDirectory, isThere: true }) } })),
      'part of its path is not a directory (ENOTDIR)',
      'imports client enable acme',
    ),
    {
      args: ['list'],
      deps: real({ IMPORTS_DATA_DIR: dataDir('rubbish', 'rubbish') }),
      exit: 2,
      code: 'CONFIG',
      says: 'endpoints.json',
      next: 'imports up',
    },
    {
      args: ['check', 'acme', `${csv}.gone`],
      deps: checked(),
      exit: 1,
      code: 'NOT_FOUND',
      says: `cannot be read: ${csv}.gone`,
      next: 'Give the path of a CSV file',
    },
    {
      args: ['check', 'acme', folder],
      deps: checked(),
      exit: 1,
      code: 'NOT_FOUND',
      says: `cannot be read: ${folder}`,
      next: 'Give the path of a CSV file',
    },
    {
      args: ['check', 'acme', csv, '--out', '/nowhere/out.csv'],
      deps: checked(),
      exit: 2,
      code: 'WRONG_USE',
      says: 'cannot be written: /nowhere/out.csv',
      next: 'Give --out a file',
    },
  ];
}

function unreachable(typed: string, deps: Partial<CliDeps>, says: string, next: string): ErrorPath {
  // Some wait for an answer that never comes: once is enough.
  return { args: typed.split(' '), deps, exit: 3, code: 'UNREACHABLE', says, next, only: 'text' };
}

/** As src/processes/imports.ts opens them. */
function real(env: Environment): Partial<CliDeps> {
  return {
    async open() {
      const services = openServices(() => loadConfig(env));
      return servicesForCommands(loadConfig(env), services);
    },
  };
}

/** In memory, but for these. */
function withReal(some: () => Partial<Services>): Partial<CliDeps> {
  return { open: async () => ({ ...servicesOf(aWorld()), ...some() }) };
}

function checked(): Partial<CliDeps> {
  return { checkFile: checkFileWith(openServices(() => loadConfig({}))) };
}
