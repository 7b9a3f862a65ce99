// A scripted FTPS client: says any line, and ends its connections in any way, which no well-behaved program does.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type SecureVersion, type TLSSocket } from 'node:tls';
import { PASSWORD } from '../../sftp/support/front-door-fixture';
import { RawBytes } from '../../../src/ftps/transfer/data-connection';
import type { FtpsServer } from '../../../src/ftps/start-ftps';

/** TLS on a socket that can also be ended behind its back. */
export interface Data {
  readonly tls: TLSSocket;
  readonly socket: Socket;
}

export class FtpPeer {
  socket: Socket;
  private readonly raw: Socket;
  private readonly host: string;
  private text = '';
  private wake: () => void = () => undefined;
  private isOver = false;
  private onTicket: (ticket: Buffer) => void = () => undefined;

  static async connect({ ftps }: { readonly ftps: Pick<FtpsServer, 'host' | 'port'> }, from = '127.0.0.1'): Promise<FtpPeer> {
    const raw = connect({ host: ftps.host, port: ftps.port, localAddress: from });
    await once(raw, 'connect');
    const peer = new FtpPeer(raw, ftps.host);
    await peer.reply();
    return peer;
  }

  static async logIn(fixture: { readonly ftps: Pick<FtpsServer, 'host' | 'port'> }, user = 'acme'): Promise<FtpPeer> {
    const peer = await FtpPeer.connect(fixture);
    await peer.secure();
    for (const line of [`USER ${user}`, `PASS ${PASSWORD}`, 'PBSZ 0', 'PROT P', 'TYPE I']) await peer.ask(line);
    return peer;
  }

  private constructor(raw: Socket, host: string) {
    this.raw = raw;
    this.host = host;
    this.socket = raw;
    this.listen(raw);
  }

  say(text: string | Buffer): void {
    this.socket.write(typeof text === 'string' ? `${text}\r\n` : text);
  }

  async ask(line: string | Buffer): Promise<string> {
    this.say(line);
    return this.reply();
  }

  async code(line: string | Buffer): Promise<number> {
    return Number((await this.ask(line)).slice(0, 3));
  }

  /** The next whole reply; what the server said before it hung up, when it did. */
  async reply(): Promise<string> {
    for (;;) {
      const found = /^(?:(\d{3})-[^]*?^\1 |\d{3} )[^\n]*\r\n/m.exec(this.text);
      if (found !== null) {
        this.text = this.text.slice(found.index + found[0].length);
        return found[0].trimEnd();
      }
      if (this.isOver) return this.text;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  async secure(glued = '', maxVersion: SecureVersion = 'TLSv1.3'): Promise<void> {
    this.raw.write(`AUTH TLS\r\n${glued}`);
    const answer = await this.reply();
    if (!answer.startsWith('234')) throw new Error(answer);
    await this.handshake(maxVersion);
  }

  /** What another connection needs to go on with the TLS session of this one. */
  ticket(): Promise<Buffer> {
    return new Promise((resolve) => (this.onTicket = resolve));
  }

  private async handshake(maxVersion: SecureVersion): Promise<void> {
    this.raw.removeAllListeners('data');
    const tls = connectTls({ socket: this.raw, rejectUnauthorized: false, maxVersion });
    tls.on('session', (ticket) => this.onTicket(ticket));
    this.socket = tls;
    this.listen(tls);
    await once(tls, 'secureConnect');
  }

  /** Resolves when the server has hung up. */
  async over(): Promise<void> {
    while (!this.isOver) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  async port(): Promise<number> {
    return Number(/\|(\d+)\|/.exec(await this.ask('EPSV'))?.[1]);
  }

  /** A data connection; the command is said before TLS begins, as most programs do. */
  async data(command: string, options: { readonly from?: string } = {}): Promise<Data> {
    const socket = connect({ host: this.host, port: await this.port(), localAddress: options.from ?? '127.0.0.1' });
    // The server drops it when it refuses the command.
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    const answer = await this.ask(command);
    if (!answer.startsWith('150')) {
      socket.destroy();
      throw new Error(answer);
    }
    const tls = connectTls({ socket: new RawBytes(socket), rejectUnauthorized: false });
    tls.on('error', () => undefined);
    await once(tls, 'secureConnect');
    return { tls, socket };
  }

  /** As `data`, by a program that waits for TLS before it says what is to be moved. */
  async dataBefore(command: string, maxVersion: SecureVersion): Promise<Data> {
    const socket = connect(await this.port(), this.host);
    const tls = connectTls({ socket: new RawBytes(socket), rejectUnauthorized: false, maxVersion });
    tls.on('error', () => undefined);
    await once(tls, 'secureConnect');
    const answer = await this.ask(command);
    if (!answer.startsWith('150')) throw new Error(answer);
    return { tls, socket };
  }

  async put(command: string, bytes: string | Buffer): Promise<string> {
    const { tls } = await this.data(command);
    tls.end(bytes);
    return this.reply();
  }

  async get(command: string): Promise<string> {
    const { tls } = await this.data(command);
    const parts: Buffer[] = [];
    for await (const part of tls) parts.push(part as Buffer);
    await this.reply();
    return Buffer.concat(parts).toString();
  }

  reset(): void {
    this.raw.resetAndDestroy();
  }

  end(): void {
    this.raw.destroy();
  }

  private listen(socket: Socket): void {
    const over = (): void => {
      this.isOver = true;
      this.wake();
    };
    socket.on('data', (data: Buffer) => {
      this.text += data.toString();
      this.wake();
    });
    socket.on('error', over).on('end', over).on('close', over);
  }
}
