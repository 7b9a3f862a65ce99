// One transfer, whatever its direction: the word that it begins, the client's connection, and the word how it ended. At most one at a
// time on a control connection; ABOR and a client that is gone break it off.

import { reply, type Reply } from '../control/command';
import type { Session } from '../session';
import type { DataConnection } from './data-connection';

export interface Transfer {
  readonly data: DataConnection;
  /** Broken off by ABOR, or by the end of the control connection. */
  readonly brokenOff: AbortSignal;
}

const BROKEN_OFF = reply(426, 'The transfer was broken off');
const STOOD_STILL = reply(426, 'Nothing moved on the data connection for too long: it was cut off');

/** Undefined when a transfer may begin. */
export function refuseTransfer({ isDataPrivate, port }: Session): Reply | undefined {
  if (!isDataPrivate) return reply(521, 'Data connections are in TLS only: send PBSZ 0 and PROT P first');
  return port === undefined ? reply(425, 'Send EPSV or PASV first') : undefined;
}

/** `carry` moves the bytes and says how that ended. What it throws because the connection broke is answered here. */
export async function transfer(session: Session, carry: (transfer: Transfer) => Promise<Reply>): Promise<Reply> {
  const { link, port, frontDoor, peer } = session;
  if (port === undefined) return reply(425, 'Send EPSV or PASV first');
  const abort = new AbortController();
  session.transfer = abort;
  session.port = undefined;
  // All of it was sent: one that never hangs up has no more than its last one.
  session.data?.destroy();
  if (link.isAbortWaiting) abort.abort();
  const brokenOff = AbortSignal.any([link.gone, abort.signal]);
  let data: DataConnection | undefined;
  try {
    await link.send(reply(150, 'Go ahead'));
    const opened = await port.take(brokenOff);
    if (opened === undefined) return brokenOff.aborted ? BROKEN_OFF : reply(425, 'No data connection came from your address');
    session.data = data = opened;
    const cut = (): void => void opened.destroy();
    if (!opened.closed) brokenOff.addEventListener('abort', cut);
    // Node keeps a combined signal for ever that somebody listens to. Not sooner: who does not hang up is cut off with the control connection.
    opened.once('close', () => brokenOff.removeEventListener('abort', cut));
    if (brokenOff.aborted) data.destroy();
    const answer = (await data.handshake()) ? await carry({ data, brokenOff }) : reply(425, 'The data connection did not become TLS');
    if (answer.code >= 400) data.destroy();
    return answer;
  } catch (error) {
    const isTheirs = brokenOff.aborted || data?.errored != null || isPremature(error);
    data?.destroy();
    if (!isTheirs) throw error;
    return data?.hasStalled === true ? STOOD_STILL : BROKEN_OFF;
  } finally {
    session.transfer = undefined;
    if (data?.hasStalled === true) frontDoor.log.info('A data connection stood still and was cut off', { ip: peer.address });
  }
}

function isPremature(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
