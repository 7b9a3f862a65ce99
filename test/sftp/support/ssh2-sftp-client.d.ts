// The package brings no types; these are of what the tests call.

declare module 'ssh2-sftp-client' {
  class SftpClient {
    connect(options: { host: string; port: number; username: string; password: string }): Promise<unknown>;
    put(source: Buffer | string, remotePath: string): Promise<unknown>;
    fastPut(localPath: string, remotePath: string): Promise<unknown>;
    append(source: Buffer, remotePath: string): Promise<unknown>;
    list(remotePath: string): Promise<{ name: string; size: number }[]>;
    rename(from: string, to: string): Promise<unknown>;
    fastGet(remotePath: string, localPath: string): Promise<unknown>;
    delete(remotePath: string): Promise<unknown>;
    mkdir(remotePath: string, recursive: boolean): Promise<unknown>;
    rmdir(remotePath: string, recursive: boolean): Promise<unknown>;
    exists(path: string): Promise<false | 'd' | '-' | 'l'>;
    end(): Promise<unknown>;
  }
  export = SftpClient;
}
