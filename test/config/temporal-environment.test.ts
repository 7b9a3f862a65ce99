import { loadConfig } from '../../src/config/load-config';
import { temporalEnvironment, withoutTemporal } from '../../src/config/temporal';

const foreign = { HOME: '/home/ops', TEMPORAL_PROFILE: 'cloud', TEMPORAL_API_KEY: 'secret', TEMPORAL_TLS: 'true' };

test('the embedded server is not shown the keys of another one', () => {
  expect(temporalEnvironment(loadConfig({ ...foreign, TEMPORAL_NAMESPACE: 'parking' }))).toEqual({ TEMPORAL_NAMESPACE: 'parking' });
  expect(withoutTemporal({ ...foreign, EMPTY: undefined })).toEqual({ HOME: '/home/ops' });
});

test('a configured server gets all of them', () => {
  const env = { ...foreign, TEMPORAL_ADDRESS: 'temporal.example:7233' };
  expect(temporalEnvironment(loadConfig(env))).toEqual(env);
});
