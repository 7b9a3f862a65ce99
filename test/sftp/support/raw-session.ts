// An SFTP session over SSH, packet by packet: what is sent may be anything, and the answers come one at a time.

import type { Client, ClientChannel } from 'ssh2';
import type { Reply } from '../../../src/sftp/codec/messages';
import { PacketSplitter } from '../../../src/sftp/codec/packet-splitter';
import { openSftp } from './connect';
import { decodeReply } from './peer';

export class RawSession {
  readonly channel: ClientChannel;
  /** Its exit status; undefined when there was none. */
  readonly over: Promise<number | undefined>;
  private readonly splitter = new PacketSplitter();
  private readonly replies: Reply[] = [];
  private isOver = false;
  private wake: () => void = () => undefined;

  static async open(client: Client): Promise<RawSession> {
    return new RawSession(await openSftp(client));
  }

  private constructor(channel: ClientChannel) {
    this.channel = channel;
    let status: number | undefined;
    channel.on('error', () => undefined);
    // Said beside the protocol, for a person.
    channel.stderr.resume();
    channel.on('data', (data: Buffer) => {
      this.splitter.push(data);
      for (let packet = this.splitter.next(); packet !== undefined; packet = this.splitter.next()) this.replies.push(decodeReply(packet));
      this.wake();
    });
    channel.on('exit', (code: number) => (status = code));
    this.over = new Promise((resolve) =>
      channel.on('close', () => {
        this.isOver = true;
        this.wake();
        resolve(status);
      }),
    );
  }

  send(bytes: Buffer): void {
    this.channel.write(bytes);
  }

  /** Undefined when the session is over. */
  async reply(): Promise<Reply | undefined> {
    while (this.replies.length === 0 && !this.isOver) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.replies.shift();
  }
}
