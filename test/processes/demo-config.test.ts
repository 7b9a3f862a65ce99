// The demo beside the settings of production: it reaches none of the services that they name.

import { loadConfig } from '../../src/config/load-config';
import { demoConfig } from '../../src/processes/demo';

test('the demo uses no service of production and sends it no events', () => {
  const own = loadConfig({
    MONGODB_URI: 'mongodb://db.example/imports',
    TEMPORAL_ADDRESS: 'temporal.example:7233',
    SMTP_URL: 'smtps://mail.example',
    IMPORTS_WEBHOOK_URL: 'https://hooks.example/',
    IMPORTS_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  });
  const config = demoConfig(own);
  expect(JSON.stringify(config)).not.toContain('.example');
  expect(config.webhooks).toMatchObject({ url: null, secrets: [] });
});
