import type { JsonObject } from '@wasmlattice/control-interface/codec';

/** The two directions of one event's data; `decode` throws a `DecodeError`. */
export interface EventCodec<T> {
  encode(data: T): JsonObject;
  decode(value: unknown): T;
}
