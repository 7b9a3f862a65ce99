// Rejected records one at a time, with a sign of life now and then: there may be millions.

import { beat } from './beat';

export async function* withHeartbeat<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  let n = 0;
  for await (const item of items) {
    if (n++ % 1_000 === 0) beat({ records: n });
    yield item;
  }
}
