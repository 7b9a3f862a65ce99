// Counts physical lines under LF, CRLF and lone CR, mixed as they come.

const LF = 0x0a;
const CR = 0x0d;

export function countLineEnds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === CR || (byte === LF && bytes[at - 1] !== CR)) count++;
  }
  return count;
}
