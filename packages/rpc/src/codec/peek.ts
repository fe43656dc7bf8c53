import type { WitFunction } from '../types.js';
import { decoderOf } from './decode.js';
import type { DecodeScope } from './deferred.js';
import { Reader } from './reader.js';

/** Streams and futures are left out: nobody receives them. */
const blindScope: DecodeScope = { child: () => blindScope, stream: () => undefined, future: () => undefined };

/**
 * The parameters of a call as far as its first message holds them whole, in order. Ends without an error where the bytes
 * do, or where they are no value of the parameter's type: whoever decodes the call reports that.
 */
export function* peekParams({ params }: WitFunction, first: Uint8Array): Generator<unknown, void, void> {
  const reader = new Reader(first);
  for (const { type } of params) {
    let value: unknown;
    try {
      value = decoderOf(type)(reader, blindScope);
    } catch {
      return;
    }
    yield value;
  }
}
