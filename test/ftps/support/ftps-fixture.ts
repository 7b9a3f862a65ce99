// The front door of the SFTP tests with FTPS in it as well, on a free port, with a certificate of its own.

import { LIMITS, type Limits } from '../../../src/door/limits';
import { openFixture, type Fixture } from '../../sftp/support/front-door-fixture';
import { startFtps, type FtpsOptions, type FtpsServer } from '../../../src/ftps/start-ftps';

export interface FtpsFixture extends Fixture {
  readonly ftps: FtpsServer;
}

export async function openFtpsFixture(change: Partial<FtpsOptions> = {}, limits: Partial<Limits> = {}): Promise<FtpsFixture> {
  const fixture = await openFixture({ limits: { ...LIMITS, ...limits } });
  const { dataDir, frontDoor } = fixture;
  const passivePorts = { from: 0, to: 0 };
  const usual = { host: '127.0.0.1', port: 0, dataDir, certificate: null, passivePorts, publicAddress: null };
  const ftps = await startFtps(frontDoor, { ...usual, ...change });
  const stop = async (): Promise<void> => {
    await ftps.stop();
    await fixture.stop();
  };
  return Object.assign(Object.create(fixture) as Fixture, { ftps, stop });
}
