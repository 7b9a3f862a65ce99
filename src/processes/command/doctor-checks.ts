// What `imports doctor` looks at, side by side. Each check tells what it found and, when that is not well, what to do about it. The
// page docs/operations.md has the same list.

import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DoctorCheck } from '../../cli/deps';
import { requireEndpoint } from '../../config/endpoints';
import type { Config } from '../../config/load-config';
import { OWN_CERTIFICATE } from '../../ftps/certificate/open-certificate';
import {
  checkAtWork,
  checkPausedClients,
  checkSilentClients,
  checkStuckClaims,
  checkWaitingImports,
  checkUserKeys,
} from './doctor/check-imports';
import { fileSystemTime, judgeClocks, readClock } from './doctor/check-clock';
import { checkBackups, checkLeftovers } from './doctor/check-leftovers';
import { checkDataDirectory, checkDiskSpace, checkHostKeys, checkFtpsCertificate } from './doctor/check-data-directory';
import { checkSchedules, checkSearchAttributes, judgeWorkers, seeWorkers } from './doctor/check-temporal';
import { checkWebhooks } from './doctor/check-webhooks';
import {
  ill,
  NOT_RUNNING,
  notLookedAt,
  PATIENCE_MS,
  START_EVERYTHING,
  well,
  type Finding,
  isDown,
  isToldElsewhere,
  needing,
  type Needed,
} from './doctor/finding';
import { openOnce } from './open-once';
import type { Control, OpenServices } from './open-services';

const SCHEDULES_PATIENCE_MS = 20_000;

export function doctorChecks(config: () => Config, services: OpenServices): readonly DoctorCheck[] {
  const temporal = async <T>(call: (client: Control['temporal']) => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> => {
    const { temporal: client } = await services.control();
    return client.withDeadline(Date.now() + patienceMs, () => call(client));
  };
  const imports = async () => (await services.mongo()).imports;
  const enabledClients = async () => (await (await services.mongo()).clients.list()).filter(({ enabled }) => enabled);
  const ask = {
    MongoDB: openOnce(async () => (await services.mongo()).ping()),
    Temporal: openOnce(() => temporal(({ workflowService }) => workflowService.getSystemInfo({}))),
  };
  const check = (name: string, needs: readonly Needed[], run: () => Promise<Finding>): DoctorCheck => ({
    name,
    run: needing(ask, needs, run),
  });
  const directory = openOnce(async () => {
    // Without a database there are no clients to compare it with.
    const clients = await enabledClients().catch(() => []);
    return checkDataDirectory(config().dataDir, await services.files(), clients);
  });
  const onDisk = (look: (dataDir: string) => Promise<Finding>) => async () =>
    (await directory()).isOurs ? look(config().dataDir) : notLookedAt('the data directory is not the right one');

  return [
    check('Data directory', [], async () => (await directory()).finding),
    check('Disk space', [], onDisk(checkDiskSpace)),
    check('Host keys', [], onDisk(checkHostKeys)),
    check('MongoDB', [], async () => {
      const { version } = await ask.MongoDB();
      return well(`version ${version}, ${config().mongodbUri === undefined ? 'embedded' : 'configured'}`);
    }),
    check('Temporal', [], async () => {
      const known = await services.endpoints();
      if (isToldElsewhere(known, 'temporalAddress')) return NOT_RUNNING;
      const address = requireEndpoint(known, 'temporalAddress');
      const isOurs = config().temporal.address === undefined;
      if (await isDown(ask.Temporal)) {
        return ill(
          `${address} does not answer`,
          isOurs ? START_EVERYTHING : 'Start the Temporal server there, or correct TEMPORAL_ADDRESS',
        );
      }
      const { serverVersion } = await ask.Temporal();
      const [key] = config().temporal.payloadKeys;
      const kept = key === undefined ? '' : `, payloads encrypted with key ${key.id}`;
      return well(`server ${serverVersion}, namespace ${config().temporal.namespace}, ${isOurs ? 'embedded' : 'configured'}${kept}`);
    }),
    check('Clock', [], async () => {
      const seen = await temporal(seeWorkers).catch(() => undefined);
      return judgeClocks([
        await readClock('MongoDB', async () => (await (await services.mongo()).ping()).time),
        await readClock('the data directory', () => fileSystemTime(config().dataDir)),
        // Workers asked some time ago: only a time that is still to come tells something.
        { name: 'Temporal', aheadMs: seen?.last != null && seen.last.getTime() > Date.now() ? seen.last.getTime() - Date.now() : null },
      ]);
    }),
    check('Search attributes', ['Temporal'], () => temporal(checkSearchAttributes)),
    check('Worker', ['Temporal'], async () => judgeWorkers(await temporal(seeWorkers))),
    check('Schedules', ['Temporal', 'MongoDB'], async () => {
      const clients = await enabledClients();
      // Temporal asks a workflow of its own about each: right after a start that may take seconds.
      return temporal((client) => checkSchedules(client, clients), SCHEDULES_PATIENCE_MS);
    }),
    check('SFTP', [], async () => {
      const known = await services.endpoints();
      const { host, port } = known.sftp ?? config().sftp;
      // Any free port was wanted, and nobody has told which one it became.
      if (port === 0) return isToldElsewhere(known, 'sftp') ? NOT_RUNNING : ill(NOT_RUNNING.detail, START_EVERYTHING);
      const greeting = await greetingOf(host, port);
      return greeting.startsWith('SSH-2.0-') ? well(`${host}:${port}`) : ill(`${host}:${port} ${greeting}`, START_EVERYTHING);
    }),
    check('FTPS', [], async () => {
      const known = await services.endpoints();
      const { ftps = config().ftps } = known;
      if (ftps === null) return well('off');
      if (ftps.port === 0) return isToldElsewhere(known, 'sftp') ? NOT_RUNNING : ill(NOT_RUNNING.detail, START_EVERYTHING);
      const where = `${ftps.host}:${ftps.port}`;
      const greeting = await greetingOf(ftps.host, ftps.port);
      const isSince = known.sftp !== undefined && known.ftps === undefined;
      const cure = isSince ? 'Settings are read at a start: end imports up, and start it again' : START_EVERYTHING;
      if (!greeting.startsWith('220')) return ill(`${where} ${greeting}`, cure);
      const own = path.join(config().dataDir, 'keys', OWN_CERTIFICATE);
      const set = config().ftps;
      return checkFtpsCertificate(where, set === null ? undefined : (set.certificate?.certificate ?? own), new Date());
    }),
    check('Mail server', [], async () => {
      const known = await services.endpoints();
      if (isToldElsewhere(known, 'smtpUrl')) return NOT_RUNNING;
      const { protocol, hostname, port } = new URL(requireEndpoint(known, 'smtpUrl'));
      const secure = protocol === 'smtps:';
      const greeting = await greetingOf(hostname, Number(port || (secure ? 465 : 587)), secure);
      return greeting.startsWith('220') || (secure && greeting === '')
        ? well(`${hostname}${port === '' ? '' : `:${port}`}`)
        : ill(`${hostname}:${port} ${greeting}`, 'Check SMTP_URL; reports are tried again for 24 hours');
    }),
    check('Webhooks', ['MongoDB'], async () => {
      const { createWebhookSender } = await import('../../adapters/webhooks/webhook-sender.js');
      const { url, ...options } = config().webhooks;
      const { outbox } = await services.mongo();
      return checkWebhooks({ url, clients: await enabledClients(), sender: createWebhookSender(options), outbox, now: new Date() });
    }),
    check('Silent clients', ['MongoDB'], async () => checkSilentClients(await imports(), await enabledClients(), new Date())),
    check('Paused clients', ['MongoDB'], async () => checkPausedClients(await enabledClients())),
    check('User keys', ['MongoDB'], async () => checkUserKeys((await services.mongo()).users, await enabledClients())),
    check('Waiting imports', ['MongoDB'], async () => checkWaitingImports(await services.mongo())),
    check('Imports at work', ['MongoDB', 'Temporal'], async () => checkAtWork(await imports(), await services.control())),
    check('Stuck claims', ['MongoDB'], async () => checkStuckClaims(await imports(), { now: new Date(), sleep })),
    check(
      'Backups',
      ['MongoDB'],
      onDisk(async () => checkBackups(config(), await (await services.mongo()).clients.list())),
    ),
    check(
      'Leftovers',
      ['MongoDB'],
      onDisk(async (dataDir) => checkLeftovers(dataDir, { files: await services.files(), imports: await imports(), now: new Date() })),
    ),
  ];
}

/** The first line that a server says on its own; '' of one that waits for TLS first; a sentence when nobody answers. */
async function greetingOf(host: string, port: number, silent = false): Promise<string> {
  const socket = net.connect({ host, port });
  const answer = silent
    ? once(socket, 'connect').then(() => '')
    : once(socket, 'data').then(([data]) => String(data).split('\r\n')[0] ?? '');
  try {
    return await Promise.race([answer, patience()]);
  } catch {
    return 'does not answer';
  } finally {
    socket.destroy();
  }
}

/** In two halves: while packages are loaded nothing is read, and an answer that has long come must not be taken for none. */
async function patience(): Promise<never> {
  for (let half = 0; half < 2; half++) await sleep(PATIENCE_MS / 2, undefined, { ref: false });
  throw new Error('no answer');
}
