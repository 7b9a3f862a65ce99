// What commands work with, opened when a command asks for it: most need the database only, and Temporal's packages take longer to load than
// the rest of such a command takes.

import path from 'node:path';
import { importWorkflowIdOf } from '../../../workflows/messages';
import { createStandingFolder } from '../../adapters/files/standing-folder';
import { cutAttachment } from '../../adapters/mail/cut-attachment';
import type { Services } from '../../cli/deps';
import type { Config } from '../../config/load-config';
import { temporalTarget, workflowLink } from '../../config/temporal';
import { findWaiting } from '../../door/watch-waiting';
import type { ImportsControl } from '../../ports';
import type { OpenServices } from './open-services';

export async function servicesForCommands(config: Config, services: OpenServices): Promise<Services> {
  const { dataDir } = config;
  const [mongo, files] = await Promise.all([services.mongo(), services.files()]);
  return {
    ...mongo,
    control: await controlFor(config, services),
    files,
    standing: createStandingFolder(dataDir, files),
    csv: {
      writeFailedRecords: async (...records) => (await services.csv()).writeFailedRecords(...records),
      writeTable: async (...table) => (await services.csv()).writeTable(...table),
      countPersonRows: async (...rows) => (await services.csv()).countPersonRows(...rows),
      dropPersonRows: async (...rows) => (await services.csv()).dropPersonRows(...rows),
    },
    waitingFiles: (clientId) => findWaiting(path.join(dataDir, 'clients', clientId)),
    mails: { cutAttachment },
  };
}

async function controlFor(config: Config, services: OpenServices): Promise<ImportsControl> {
  const control = () => services.control();
  const { temporalUi: uiUrl = null, temporalAddress } = await services.endpoints();
  const namespace = uiUrl === null ? '' : await namespaceOf(config, temporalAddress);
  return {
    trySchedule: async (schedule) => (await control()).trySchedule(schedule),
    applySchedules: async (clients) => (await control()).applySchedules(clients),
    wake: async (clientId) => (await control()).wake(clientId),
    decide: async (importId, decision) => (await control()).decide(importId, decision),
    resendReport: async (run, kind) => (await control()).resendReport(run, kind),
    isRunning: async (importId) => (await control()).isRunning(importId),
    troubles: async (importId) => (await control()).troubles(importId),
    isPending: async (importId, step) => (await control()).isPending(importId, step),
    recordsAtWork: async (importId) => (await control()).recordsAtWork(importId),
    uiUrl: (importId) => (uiUrl === null ? null : workflowLink({ uiUrl, namespace }, importWorkflowIdOf(importId))),
  };
}

/** A profile of Temporal's own configuration may name it. */
async function namespaceOf(config: Config, address: string | undefined): Promise<string> {
  const { address: configured, namespace } = config.temporal;
  if (configured === undefined || address === undefined || config.env['TEMPORAL_NAMESPACE'] !== undefined) return namespace;
  const { connectionOptions } = await import('../../adapters/temporal/connection-options.js');
  return connectionOptions(temporalTarget(config, address)).namespace;
}
