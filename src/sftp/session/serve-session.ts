// A session from its first packet to its end: one request at a time, replies in the order of the requests (clients rely on it: OpenSSH
// 9.0 to 9.3 cuts files when they come in another), and no request read while replies pile up.

import { setImmediate } from 'node:timers/promises';
import { decodeRequest, type Request, encodeReply, type Reply } from '../codec/messages';
import { BlockTooLong, PacketSplitter } from '../codec/packet-splitter';
import { PROTOCOL_VERSION, STATUS } from '../codec/protocol';
import { MalformedPacket } from '../codec/wire';
import { errnoOf } from '../../door/folder/folder-error';
import { abandonHandle } from './answer-on-handle';
import { answerRequest, type SessionContext } from './answer-request';
import { statusOf } from './replies';

/** The two ends of a byte stream, whatever carries it. */
export interface Link {
  readonly incoming: AsyncIterable<Buffer>;
  /** Told of every request. */
  heard(): void;
  /** Resolves when more may be sent. Throws LinkGone when nobody is there to read it. */
  send(bytes: Buffer): Promise<void>;
  /** For the eyes of a person, beside the protocol. */
  say(sentence: string): void;
}

export class LinkGone extends Error {
  override readonly name = 'LinkGone';
}

/** `ended` = the client said so, or is gone; `malformed` = it does not speak the protocol. Never throws; leaves nothing open. */
export async function serveSession(link: Link, context: SessionContext): Promise<'ended' | 'malformed'> {
  const { log, clientId } = context.folder;
  try {
    await exchange(link, context);
    return 'ended';
  } catch (error) {
    if (error instanceof LinkGone) return 'ended';
    if (error instanceof MalformedPacket) {
      // Else its program would wait for ever, or report a lost connection.
      if (error instanceof BlockTooLong) await link.send(encodeReply(tooLong(error.id))).catch(() => undefined);
      log.warn('A client does not speak SFTP', { clientId, reason: error.message });
      return 'malformed';
    }
    log.error('A session broke', { clientId, error: errnoOf(error) ?? nameOf(error) });
    return 'ended';
  } finally {
    for (const handle of context.handles.takeAll()) {
      await abandonHandle(handle).catch((error: unknown) =>
        log.error('Keeping a broken-off upload failed', { clientId, error: errnoOf(error) ?? nameOf(error) }),
      );
    }
  }
}

function tooLong(id: number): Reply {
  return {
    kind: 'status',
    id,
    status: STATUS.failure,
    message: 'A block may be 255 KiB at most: set a smaller block size, or write in smaller pieces',
  };
}

/** Requests that need no disk are answered in one go, thousands at a time. After so many it is the others' turn. */
const AT_A_TIME = 16;

async function exchange(link: Link, context: SessionContext): Promise<void> {
  const splitter = new PacketSplitter();
  const said = new Set<string>();
  let greeted = false;
  let answered = 0;
  for await (const chunk of link.incoming) {
    splitter.push(chunk);
    for (let packet = splitter.next(); packet !== undefined; packet = splitter.next()) {
      const request = decodeRequest(packet);
      if ((request.kind === 'init') === greeted) throw new MalformedPacket('A session starts with one greeting.');
      greeted = true;
      link.heard();
      if (request.kind === 'init') {
        if (request.version < PROTOCOL_VERSION) throw new MalformedPacket('The client speaks an older protocol.');
        await link.send(encodeReply({ kind: 'version' }));
      } else {
        const answer = await reply(context, request);
        const why = explanation(request, answer);
        if (why !== undefined && !said.has(why)) link.say(why);
        if (why !== undefined) said.add(why);
        await link.send(encodeReply(answer));
        if (++answered % AT_A_TIME === 0) await setImmediate();
      }
    }
  }
}

/**
 * OpenSSH shows its own words for a refusal ("Failure"), scp none at all for a folder that is not made. What they leave out, their user
 * reads on standard error, once. That a folder already exists is not a refusal: they ask to make sure.
 */
function explanation(request: Request, answer: Reply): string | undefined {
  if (answer.kind !== 'status') return undefined;
  const refused = answer.status === STATUS.permissionDenied || (answer.status === STATUS.failure && request.kind !== 'mkdir');
  return refused ? answer.message : undefined;
}

async function reply(context: SessionContext, request: Parameters<typeof answerRequest>[1]): Promise<Reply> {
  try {
    return await answerRequest(context, request);
  } catch (error) {
    const { reply: status, ours } = statusOf(request.id, error);
    if (ours) {
      const { log, clientId } = context.folder;
      log.error('Answering a request failed', { clientId, request: request.kind, error: errnoOf(error) ?? nameOf(error) });
    }
    return status;
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
