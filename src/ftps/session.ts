// What one control connection knows: who is there, where in the folder, and what the next transfer is to be like.

import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { parseVirtualPath, showVirtualPath, type VirtualPath } from '../door/folder/virtual-path';
import type { FrontDoor } from '../door/open-front-door';
import type { Peer } from '../door/peer';
import type { Visitor } from '../door/visits';
import type { ControlLink } from './control/control-link';
import type { DataConnection } from './transfer/data-connection';
import type { OpenPort, PassivePort } from './transfer/passive-ports';
import { FACTS, type Fact } from './listing';

export interface DataSettings {
  readonly openPort: OpenPort;
  /** IPv4, for the answer to PASV; null = where the client reached us. */
  readonly publicAddress: string | null;
}

export class Session {
  readonly frontDoor: FrontDoor;
  readonly link: ControlLink;
  readonly socket: Socket;
  readonly settings: DataSettings;
  peer: Peer;
  /** Undefined while the connection is in the clear. */
  secureContext: SecureContext | undefined;
  isBufferSizeSet = false;
  isDataPrivate = false;
  userName: string | undefined;
  failedLogins = 0;
  visitor: Visitor | undefined;
  folderPath: VirtualPath = [];
  isText = true;
  facts: readonly Fact[] = FACTS;
  /** Said by a command for the one after it. */
  renameFrom: VirtualPath | undefined;
  restartAt = 0;
  declaredBytes: number | undefined;
  /** The client has said EPSV ALL, for the rest of the connection (RFC 2428). */
  isEpsvOnly = false;
  /** Opened by PASV or EPSV for the next transfer. */
  port: PassivePort | undefined;
  /** Breaks the transfer off that is going on. */
  transfer: AbortController | undefined;
  /** Of the last transfer. */
  data: DataConnection | undefined;

  constructor(options: { frontDoor: FrontDoor; link: ControlLink; socket: Socket; settings: DataSettings; peer: Peer }) {
    this.frontDoor = options.frontDoor;
    this.link = options.link;
    this.socket = options.socket;
    this.settings = options.settings;
    this.peer = options.peer;
  }

  /** A path as the client means it, from where it is. Throws FolderError. */
  pathOf(argument: string): VirtualPath {
    const from = argument.startsWith('/') ? '' : `${showVirtualPath(this.folderPath)}/`;
    return parseVirtualPath(Buffer.from(from + argument));
  }

  closePort(): void {
    this.port?.close();
    this.port = undefined;
  }
}
