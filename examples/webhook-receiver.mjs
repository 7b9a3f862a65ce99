// A receiver of webhooks: verifies each event, drops those that it has had, answers, and works afterwards (docs/webhooks.md).
//
//   npm install standardwebhooks
//   WEBHOOK_SECRET="$(imports webhook secret acme)" node examples/webhook-receiver.mjs
//
// It listens on 127.0.0.1:8787 (PORT) and speaks plain HTTP: put it behind your HTTPS. Keep the ids in a database where more than one process
// receives, or where it may be restarted.

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

const webhook = new Webhook(process.env.WEBHOOK_SECRET);
/** Ids that were received, with when: an event is repeated for a day at most. */
const received = new Map();
const TWO_DAYS_MS = 2 * 86_400_000;
/** An event is far smaller. */
const MOST_BYTES = 65_536;

const server = createServer(async (request, response) => {
  // Events come with their length, so that is all that is read of a request.
  if (!(Number(request.headers['content-length']) <= MOST_BYTES)) return response.writeHead(413, { connection: 'close' }).end();
  let event;
  try {
    // As it came: JSON that was read and written again has another signature.
    const body = await text(request);
    event = webhook.verify(body, request.headers);
  } catch (error) {
    console.error(`refused: ${error.message}`);
    return response.writeHead(401).end();
  }
  const id = request.headers['webhook-id'];
  const isNews = !received.has(id);
  received.set(id, Date.now());
  response.writeHead(204).end();
  if (isNews) handle(id, event);
  for (const [known, at] of received) if (Date.now() - at > TWO_DAYS_MS) received.delete(known);
});

/** Here begins your own. */
function handle(id, { type, timestamp, data }) {
  console.log(`${timestamp} ${id} ${type} ${JSON.stringify(data)}`);
}

server.listen(Number(process.env.PORT ?? 8787), '127.0.0.1', () => console.log(`listening on 127.0.0.1:${server.address().port}`));
