// For an operator's own machine: lets the Temporal UI show what IMPORTS_PAYLOAD_KEY has encrypted (docs/operations.md, Encrypted payloads).

import { createLog } from '../adapters/log/log';
import { serveCodec } from '../adapters/temporal/serve-codec';
import { resolveEndpoints } from '../config/endpoints';
import { loadConfig } from '../config/load-config';
import { misconfigured } from '../errors';
import { runProcess } from './run-process';

runProcess('codec-server', 'Lets the Temporal UI show what IMPORTS_PAYLOAD_KEY has encrypted.', async () => {
  const config = loadConfig(process.env);
  const { temporalUi } = await resolveEndpoints(config);
  const { payloadKeys: keys } = config.temporal;
  if (keys.length === 0) throw misconfigured('There is nothing to decrypt: IMPORTS_PAYLOAD_KEY is not set.');
  if (temporalUi == null) throw misconfigured('No Temporal UI is known, and no other page is answered: set IMPORTS_TEMPORAL_UI_URL.');
  const { origin } = new URL(temporalUi);
  const server = await serveCodec({ port: config.codecPort, keys, origin });
  createLog({ process: 'codec-server', level: config.logLevel }).info('Payloads are decrypted for the Temporal UI', {
    codecEndpoint: `http://127.0.0.1:${server.port}`,
    ui: origin,
  });
  return { port: server.port, stop: () => server.close() };
});
