import { headers, type MsgHdrs } from 'nats';

/** What the client makes headers with; its class is not exported, but every value leads to it. */
interface HeaderBlock {
  decode(block: Uint8Array): MsgHdrs;
}

const lineEnd = '\r\n';
let isTolerant = false;

/**
 * Lets every NATS connection of this thread read headers that the client itself would not send, such as `bad key: x`, as if
 * there were none; the status of the block stays.
 *
 * The client decodes headers when they are asked for, throws for such a block, and asks for them itself in callbacks where
 * that ends the reading of the connection without a word: one empty message with such headers in a bucket makes each connection
 * that watches the bucket deaf, again after every reconnect. For programs that own their connections; `createNatsServer` and
 * `createNatsInvoker` guard themselves in any other.
 */
export function tolerateMalformedHeaders(): void {
  if (isTolerant) return;
  isTolerant = true;
  const block = headers().constructor as unknown as HeaderBlock;
  const decode = block.decode.bind(block);
  block.decode = (bytes) => {
    try {
      return decode(bytes);
    } catch {
      return decode(statusLine(bytes));
    }
  };
}

function statusLine(bytes: Uint8Array): Uint8Array {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(lineEnd);
  return Buffer.concat([bytes.subarray(0, end), Buffer.from(lineEnd + lineEnd)]);
}
