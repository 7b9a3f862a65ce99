// Promise 3: no personal data in Temporal's history, in ids or in logs.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Product } from '../support/product';
import { textOf } from '../support/text-of';

const samples = path.join(__dirname, '../samples/opscom');
/** Names, addresses and user names of the sample files that no other word contains. */
const EMAILS = ['01-first-load.csv', '02-changes-and-failures.csv'].flatMap(
  (name) => readFileSync(path.join(samples, name), 'utf8').match(/[\w.]+@example\.edu/gi) ?? [],
);
const NAMES = ['López', 'Nguyễn', 'Chloé', 'Tremblay', 'Haddad', 'Novák', 'alopez', 'boneill', 'etremblay', 'fhaddad'];
const PERSONAL = [...EMAILS, ...NAMES, '613-555-0101', 'K1A 0B1', '12 King St', 'Rear entrance'];

const product = new Product();
let connection: Connection;
let temporal: Client;

beforeAll(async () => {
  await product.up();
  await product.addClient('acme', '--archive-on-inactive', '--login-source', 'OPSCOM', '--login-source', 'SAML');
  for (const name of ['01-first-load.csv', '02-changes-and-failures.csv', 'refused-not-utf8.csv', 'refused-unclosed-quote.csv']) {
    await product.importFile('acme', path.join(samples, name));
  }
  connection = await Connection.connect({ address: product.endpoints.temporalAddress });
  temporal = new Client({ connection });
}, 900_000);
afterAll(async () => {
  await connection.close();
  await product.end();
});

const found = (text: string) => PERSONAL.filter((word) => text.toLowerCase().includes(word.toLowerCase()));

describe('personal data of the imported files', () => {
  it('is nowhere in the history, ids, attributes and memos of any workflow', async () => {
    let workflows = 0;
    let inputs = 0;
    for await (const workflow of temporal.workflow.list()) {
      workflows++;
      const history = await temporal.workflow.getHandle(workflow.workflowId, workflow.runId).fetchHistory();
      const text = textOf([history, workflow.raw]);
      expect([workflow.workflowId, found(text)]).toEqual([workflow.workflowId, []]);
      if (text.includes(String.raw`{\"importId\":\"acme-1\",\"fileName\":\"01-first-load.csv\"`)) inputs++;
    }
    expect(workflows).toBeGreaterThanOrEqual(5);
    // Payloads were looked into: what the first import was started with stands there in clear, in its history and in that of its scan.
    expect(inputs).toBe(2);
  });

  it('is in no log', () => {
    const folder = path.join(product.data, 'run');
    const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
    expect(logs).toEqual(expect.arrayContaining(['worker.log', 'sftp.log']));
    for (const name of logs) expect([name, found(readFileSync(path.join(folder, name), 'utf8'))]).toEqual([name, []]);
  });

  it('leaves logs that a machine can read: JSON, one event per line', () => {
    for (const name of ['worker.log', 'sftp.log', 'up.log']) {
      const lines = readFileSync(path.join(product.data, 'run', name), 'utf8')
        .trimEnd()
        .split('\n');
      expect([name, lines.filter((line) => !/^\{"level":.*\}$/.test(line))]).toEqual([name, []]);
    }
  });

  it('would have been seen: the same look finds it where it belongs', async () => {
    const user = await (await product.db()).collection('users').findOne({ _id: 'acme/1001' as never });
    expect(found(textOf({ payload: Buffer.from(JSON.stringify(user)) }))).toEqual(
      expect.arrayContaining(['ana.lopez@example.edu', 'López', 'alopez', '12 King St']),
    );
  });
});
