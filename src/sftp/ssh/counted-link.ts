// Tells the visit how much goes over a link.

import type { Visit } from '../../door/visits';
import type { Link } from '../session/serve-session';

export function countedLink(link: Link, visit: Visit): Link {
  return {
    ...link,
    incoming: counted(link.incoming, visit),
    send(bytes) {
      visit.sent(bytes.length);
      return link.send(bytes);
    },
  };
}

async function* counted(incoming: AsyncIterable<Buffer>, visit: Visit): AsyncGenerator<Buffer> {
  for await (const bytes of incoming) {
    visit.received(bytes.length);
    yield bytes;
  }
}
