import { readdir, readFile } from 'node:fs/promises';
import { createTransport } from 'nodemailer';
import mongoose from 'mongoose';
import { Connection } from '@temporalio/client';
import { sharedServices } from '../support/shared-services';

test('embedded services take workflows, documents and mail', async () => {
  const { temporalAddress, mongodbUri, smtpUrl, mailDir } = await sharedServices();

  const connection = await Connection.connect({ address: temporalAddress });
  const { namespaces } = await connection.workflowService.listNamespaces({});
  expect(namespaces.map((each) => each.namespaceInfo?.name)).toContain('default');
  const mine = await connection.workflowService.describeNamespace({ namespace: 'default' });
  expect(Number(mine.config?.workflowExecutionRetentionTtl?.seconds)).toBe(30 * 24 * 60 * 60);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(Object.keys(customAttributes)).toEqual(
    expect.arrayContaining(['ImportClient', 'ImportState', 'ImportOutcome', 'ImportRecords', 'ImportRejected']),
  );
  await connection.close();

  const database = await mongoose.createConnection(mongodbUri).asPromise();
  await database.collection('things').insertOne({ n: 1 });
  expect(await database.collection('things').countDocuments()).toBe(1);
  await database.close();

  await createTransport(smtpUrl).sendMail({ from: 'a@b.example', to: 'c@d.example', subject: 'hello', text: 'there' });
  const mails = await Promise.all((await readdir(mailDir)).map((name) => readFile(`${mailDir}/${name}`, 'utf8')));
  expect(mails.join()).toContain('Subject: hello');
});
