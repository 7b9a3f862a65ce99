// What commands work with: the database, Temporal and the files, found where the environment or a running `imports up` says. Opened
// only when a command needs it; packages are loaded as late, so that help comes at once.

import type { CsvFiles, FileStore } from '../../ports';
import type { Mongo } from '../../adapters/mongo/connect-mongo';
import type { connectImportsControl } from '../../adapters/temporal/imports-control';
import { requireEndpoint, resolveEndpoints, type KnownEndpoints } from '../../config/endpoints';
import type { Config } from '../../config/load-config';
import { temporalTarget } from '../../config/temporal';
import { openOnce } from './open-once';

export type Control = ReturnType<typeof connectImportsControl>;

export interface OpenServices {
  endpoints(): Promise<KnownEndpoints>;
  /** Throws ImportsError UNREACHABLE when no address is known, or nobody answers there. */
  mongo(): Promise<Mongo>;
  /** Connects at its first call. */
  control(): Promise<Control>;
  files(): Promise<FileStore>;
  csv(): Promise<CsvFiles>;
  close(): Promise<void>;
}

export function openServices(config: () => Config): OpenServices {
  const endpoints = openOnce(() => resolveEndpoints(config()));
  const mongo = openOnce(async () => {
    const uri = requireEndpoint(await endpoints(), 'mongodbUri');
    const { connectMongo } = await import('../../adapters/mongo/connect-mongo.js');
    return connectMongo(uri);
  });
  const control = openOnce(async () => {
    const { temporalUi = null, ...known } = await endpoints();
    const address = requireEndpoint(known, 'temporalAddress');
    const { connectImportsControl: connect } = await import('../../adapters/temporal/imports-control.js');
    return connect({ ...temporalTarget(config(), address), uiUrl: temporalUi });
  });
  return {
    endpoints,
    mongo,
    control,
    files: openOnce(async () => (await import('../../adapters/files/file-store.js')).createFileStore(config().dataDir)),
    csv: openOnce(async () => (await import('../../adapters/csv/csv-files.js')).createCsvFiles()),
    async close() {
      for (const service of [mongo, control]) {
        const open = await service.opened()?.catch(() => undefined);
        await open?.close();
      }
    },
  };
}
