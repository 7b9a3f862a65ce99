// The silence alarm as the administrator gets it: through `imports up`, its own schedule, and the mail server.

import { Client, Connection, type ScheduleHandle } from '@temporalio/client';
import { Product, until } from '../support/product';

const product = new Product();
let connection: Connection;
let schedule: ScheduleHandle;

beforeAll(async () => {
  await product.up();
  connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  schedule = new Client({ connection }).schedule.getHandle('silence');
  await product.addClient('acme', '--set', 'expectFileEvery=26h');
  await product.addClient('unwatched');
}, 900_000);
afterAll(async () => {
  await connection.close();
  await product.end();
});

/** The schedule's next tick, now; resolves when what it started has ended. */
async function tick(): Promise<void> {
  const { workflow } = new Client({ connection });
  const ended = async () => {
    let n = 0;
    for await (const { status } of workflow.list({ query: 'WorkflowType = "watchSilence"' })) if (status.name === 'COMPLETED') n++;
    return n;
  };
  const before = await ended();
  await schedule.trigger();
  await until('a look for silent clients', async () => (await ended()) > before);
}

const send = (name: string) => product.importFile('acme', product.file(name, `unique_id,login_source\n${name},OPSCOM\n`));

/** As if everything had happened so many hours earlier. */
async function rewind(hours: number): Promise<void> {
  const db = await product.db();
  const past = new Date(Date.now() - hours * 3_600_000);
  await db.collection('imports').updateMany({}, { $set: { receivedAt: past } });
  await db.collection('clients').updateMany({}, { $set: { addedAt: past } });
}

const alarms = async () => (await product.mails('admin@parking.example')).map(({ subject }) => subject);
const ALARM = 'No file from acme for more than 26 hours';

test('one e-mail a silence: none in time, one when it is over, another only after a file came and none after that', async () => {
  await send('first.csv');
  await tick();
  expect(await alarms()).toEqual([]);
  expect(await product.cli('doctor')).toMatchObject({ code: 0 });

  await rewind(27);
  await tick();
  await tick();
  expect(await alarms()).toEqual([ALARM]);
  const doctor = await product.cli('doctor');
  expect(doctor.code).toBe(1);
  expect(doctor.stdout).toContain('nothing for longer than agreed from acme');

  await send('second.csv');
  await tick();
  expect(await alarms()).toEqual([ALARM]);
  expect(await product.cli('doctor')).toMatchObject({ code: 0 });

  await rewind(27);
  await tick();
  await tick();
  expect(await alarms()).toEqual([ALARM, ALARM]);
});

test('a disabled client is not waited for', async () => {
  await send('third.csv');
  await product.cli('client', 'disable', 'acme');
  await rewind(27);
  await tick();
  expect(await alarms()).toEqual([ALARM, ALARM]);
});
