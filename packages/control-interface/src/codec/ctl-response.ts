import type { CtlResponse } from '../types/ctl-response.js';
import { type JsonValue, jsonFromBytes, jsonToBytes, ObjectReader } from './json.js';

/**
 * {@link CtlResponse} → the bytes of a reply; `response` is left out when there is no data
 * (docs/spec/control-interface.md#1.3).
 */
export function encodeCtlResponse(response: CtlResponse<JsonValue>): Uint8Array {
  return jsonToBytes({ success: response.success, message: response.message, response: response.response });
}

/**
 * The bytes of a reply → {@link CtlResponse}. `decode` reads the data if there is any; `null` counts as none.
 * `what` names the operation in errors.
 */
export function decodeCtlResponse<T>(
  bytes: Uint8Array,
  what: string,
  decode: (value: unknown) => T,
): CtlResponse<T> {
  const label = `reply to ${what}`;
  const reader = new ObjectReader(jsonFromBytes(bytes, label), label);
  const success = reader.boolean('success');
  const message = reader.string('message');
  const data = reader.value('response');
  return data === undefined || data === null
    ? { success, message }
    : { success, message, response: decode(data) };
}
