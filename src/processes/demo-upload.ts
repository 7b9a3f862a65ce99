// The client's side of the demo: logs in with its password and uploads, lists and reads over SFTP, as any client would.

import { once } from 'node:events';
import { Client, type SFTPWrapper } from 'ssh2';

interface DemoClient {
  put(localFile: string, name: string): Promise<void>;
  list(folder: string): Promise<readonly string[]>;
  read(name: string): Promise<string>;
  end(): void;
}

export async function logIn(to: {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}): Promise<DemoClient> {
  const client = new Client();
  const ready = once(client, 'ready');
  client.connect(to);
  await ready;
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) =>
    client.sftp((error, opened) => (error === undefined ? resolve(opened) : reject(error))),
  );
  return {
    put: (localFile, name) =>
      new Promise((resolve, reject) => sftp.fastPut(localFile, name, (error) => (error ? reject(error) : resolve()))),
    list: (folder) =>
      new Promise((resolve, reject) =>
        sftp.readdir(folder, (error, entries) =>
          error === undefined ? resolve(entries.map(({ filename }) => filename).sort()) : reject(error),
        ),
      ),
    read: (name) =>
      new Promise((resolve, reject) =>
        sftp.readFile(name, 'utf8', (error, content) => (error === undefined ? resolve(content.toString()) : reject(error))),
      ),
    end: () => client.end(),
  };
}
