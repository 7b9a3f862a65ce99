// The listening socket of one way in. ssh2 neither limits how long a peer may take to log in nor shows a peer that has not spoken yet, so
// connections are accepted here and handed on, with the address they come from: their own, or the one that a load balancer tells.

import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { isWithin } from '../domain/client/network';
import { misconfigured } from '../errors';
import type { Log } from '../ports';
import type { Caller, Doorkeeper, Entry } from './doorkeeper';
import { errnoOf } from './folder/folder-error';
import { ENTRY_LIMITS } from './limits';
import { readProxyHeader } from './proxy-header';

export interface Gate {
  readonly host: string;
  readonly port: number;
  /** Undefined for a socket that was not handed on, or is gone. */
  callerOf(socket: Socket): Caller | undefined;
  /** The peer has logged in: it may stay. */
  admit(socket: Socket): void;
  isListening(): boolean;
  stopAccepting(): void;
  dropAll(): Promise<void>;
}

interface GateOptions {
  readonly protocol: 'SFTP' | 'FTPS';
  readonly host: string;
  readonly port: number;
  readonly log: Log;
  readonly doorkeeper: Doorkeeper;
  readonly handOn: (socket: Socket, caller: Caller) => void;
  readonly loginGraceMs?: number;
  readonly silenceMs?: number;
}

interface Visit {
  readonly caller: Caller;
  readonly entry: Entry;
  stopWaiting(): void;
}

export async function openGate(options: GateOptions): Promise<Gate> {
  const { protocol, host, port, log, doorkeeper, handOn } = options;
  const { loginGraceMs = ENTRY_LIMITS.loginGraceMs, silenceMs = ENTRY_LIMITS.silenceMs } = options;
  const sockets = new Set<Socket>();
  const visits = new Map<Socket, Visit>();

  const welcome = (socket: Socket, address: string, headerBytes: number): void => {
    const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
    // A server with two addresses may be reached twice from the same address and port.
    const caller = { address, port: remotePort, connection: `${remoteAddress} ${remotePort} ${localAddress} ${localPort}` };
    const entry = doorkeeper.enter(caller, () => socket.destroy());
    if (entry === undefined) return void socket.destroy();
    let isSilent = false;
    const said = (): number => socket.bytesRead - headerBytes;
    const silence = setTimeout(() => {
      isSilent = said() < ENTRY_LIMITS.silenceBytes;
      if (!isSilent) return;
      entry.silent();
      socket.destroy();
    }, silenceMs);
    const grace = setTimeout(() => socket.destroy(), loginGraceMs);
    const onData = (): void => {
      entry.heard();
      if (said() <= ENTRY_LIMITS.loginBytes) return;
      doorkeeper.note(caller, 'malformed');
      socket.destroy();
    };
    const stopWaiting = (): void => {
      clearTimeout(silence);
      clearTimeout(grace);
      socket.off('data', onData);
    };
    socket.on('data', onData);
    socket.once('close', () => {
      stopWaiting();
      visits.delete(socket);
      entry.leave(isSilent || said() > 0);
    });
    visits.set(socket, { caller, entry, stopWaiting });
    handOn(socket, caller);
  };

  const server = createServer({ noDelay: true }, (socket) => {
    // Without a listener a reset connection would end the process.
    socket.on('error', () => socket.destroy());
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return void socket.destroy();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (!isWithin(remoteAddress, doorkeeper.proxies)) return welcome(socket, remoteAddress, 0);
    if (sockets.size - visits.size > ENTRY_LIMITS.startups) return void socket.destroy();
    readHeader(socket, silenceMs, (header) => {
      if (header === undefined) return doorkeeper.noteHeaderless();
      welcome(socket, header.address ?? remoteAddress, header.bytes);
    });
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    const advice = `Choose another IMPORTS_${protocol}_PORT or IMPORTS_${protocol}_HOST, or end what listens there.`;
    const why = errnoOf(error) ?? 'unknown';
    throw misconfigured(`Listening for ${protocol} on ${host} port ${port} failed (${why}). ${advice}`, { cause: error });
  });
  server.on('error', (error) => log.error('Accepting a connection failed', { error: errnoOf(error) ?? error.name }));
  return {
    ...addressOf(server),
    callerOf: (socket) => visits.get(socket)?.caller,
    admit: (socket) => {
      const visit = visits.get(socket);
      visit?.stopWaiting();
      visit?.entry.admit();
    },
    isListening: () => server.listening,
    stopAccepting: () => void server.close(),
    dropAll: async () => {
      await Promise.all(
        [...sockets].map(async (socket) => {
          const closed = once(socket, 'close');
          socket.destroy();
          await closed;
        }),
      );
    },
  };
}

/** Undefined when there was none in time, or something else came: then the connection is ended, and nothing it sent is believed. */
function readHeader(
  socket: Socket,
  waitMs: number,
  done: (header: { readonly address: string | undefined; readonly bytes: number } | undefined) => void,
): void {
  let received = Buffer.alloc(0);
  const fail = (): void => {
    stop();
    socket.destroy();
    // A load balancer that looks whether the port is open says nothing.
    if (received.length > 0) done(undefined);
  };
  const late = setTimeout(fail, waitMs);
  const onData = (data: Buffer): void => {
    received = Buffer.concat([received, data]);
    const header = readProxyHeader(received);
    if (header === 'more') return;
    if (header === 'none') return fail();
    stop();
    done(header);
    // The reader of the rest is listening already.
    if (!socket.destroyed && received.length > header.bytes) socket.push(received.subarray(header.bytes));
  };
  const stop = (): void => {
    clearTimeout(late);
    socket.off('data', onData).off('close', stop);
  };
  socket.on('data', onData).on('close', stop);
}

function addressOf(server: Server): { readonly host: string; readonly port: number } {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The gate listens on no port.');
  return { host: address.address, port: address.port };
}
